// nursery_channel.hpp: the messages between a thread of a rank and its process of the nursery.
// Runs on: every rank. Threads: one at each end.
#pragma once

#include <bask/system/file_descriptor.hpp>

#include <cstddef>
#include <cstdint>

namespace farm {

/// A message from the rank. After a kStart come `bytes` of text: the words, then the variables, each ended by
/// a NUL. The descriptor for the command's output is sent with the message.
struct NurseryRequest {
  enum class Kind : std::uint32_t { kStart, kSignal } kind;
  std::uint32_t words = 0, variables = 0;
  std::int32_t signal = 0;
  std::uint64_t bytes = 0;
};

/// Sends all bytes, and a descriptor unless it is negative. Returns whether the other end still exists.
bool send_with_descriptor(int socket, const void* data, std::size_t size, int descriptor);
/// Receives exactly `size` bytes. Puts a descriptor that comes with them into `descriptor`, unless that is
/// null. Returns whether the other end still exists.
bool receive_with_descriptor(int socket, void* data, std::size_t size, bask::FileDescriptor* descriptor);

/// The main loop of a process of the nursery: starts one command after the other for the thread at the other
/// end of the channel, until that thread is gone.
[[noreturn]] void serve_channel(int channel);

}  // namespace farm
