// nursery_channel.hpp: what a thread of a rank and its process of the nursery say to each other.
// Runs on: every rank. Threads: one at each end.
#pragma once

#include <bask/system/file_descriptor.hpp>

#include <cstddef>
#include <cstdint>

namespace farm {

/// From the rank. A start is followed by `bytes` of text: words, then variables, each ended by a NUL; the
/// descriptor for its output comes with it.
struct NurseryRequest {
  enum class Kind : std::uint32_t { kStart, kSignal } kind;
  std::uint32_t words = 0, variables = 0;
  std::int32_t signal = 0;
  std::uint64_t bytes = 0;
};

/// Sends all bytes, with a descriptor unless that is negative. Returns whether the other end was there.
bool send_with_descriptor(int socket, const void* data, std::size_t size, int descriptor);
/// Receives just so many bytes. A descriptor that comes with them is put into `descriptor`, if that is not
/// null.
bool receive_with_descriptor(int socket, void* data, std::size_t size, bask::FileDescriptor* descriptor);

/// The life of a process of the nursery: starts one command after the other for the thread at the other end
/// of the channel, until that is gone.
[[noreturn]] void serve_channel(int channel);

}  // namespace farm
