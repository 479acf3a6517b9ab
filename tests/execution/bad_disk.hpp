// bad_disk.hpp: a disk for tests that fails in one of several ways.
#pragma once

#include <unistd.h>
#include <bask/system/scratch_file.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>

namespace bask {

/// A disk with one fault, which begins after some transfers or bytes.
struct BadDisk {
  enum Fault { kShort, kFull, kWriteError, kReadError, kFlippedBit, kFaults };
  Fault fault;
  std::atomic<int> transfers_left;
  off_t size = 0;  // of a disk that may be full

  static ssize_t bad(int error) {
    errno = error;
    return -1;
  }
  bool is_bad() { return transfers_left-- <= 0; }
  TransferCalls calls() {
    TransferCalls all;
    all.write = [this](int to, const void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      if (fault == kFull && offset + static_cast<off_t>(bytes) > size) {
        if (offset >= size) return bad(ENOSPC);
        bytes = static_cast<std::size_t>(size - offset);
      }
      if (fault == kWriteError && is_bad()) return bad(EIO);
      if (fault == kShort) bytes = std::min<std::size_t>(bytes, 4096);
      return ::pwrite(to, memory, bytes, offset);
    };
    all.read = [this](int from, void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      if (fault == kReadError && is_bad()) return bad(EIO);
      if (fault == kShort) bytes = std::min<std::size_t>(bytes, 4096);
      const ssize_t count = ::pread(from, memory, bytes, offset);
      if (fault == kFlippedBit && count > 0 && is_bad()) *static_cast<std::byte*>(memory) ^= std::byte{16};
      return count;
    };
    return all;
  }
  /// What errors of this fault say.
  const char* text() const {
    constexpr const char* kTexts[] = {"", "No space left on device", "cannot be written: Input/output error",
                                      "cannot be read back: Input/output error", "have changed"};
    return kTexts[fault];
  }
};

}  // namespace bask
