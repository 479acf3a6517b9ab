// mapped_bytes.hpp: a stretch of a file as memory that the system may drop and read again.
// Runs on: every rank. Threads: one.
#pragma once

#include <bask/system/file_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace bask {

class MappedBytes {
 public:
  MappedBytes() = default;
  /// `offset` is a multiple of 64 KiB. The file must have all of the bytes, and what is written goes there.
  /// Nothing is mapped when that fails: see `errno`.
  MappedBytes(const FileDescriptor& file, std::uint64_t offset, std::size_t bytes);
  ~MappedBytes();
  MappedBytes(MappedBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedBytes& operator=(MappedBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  bool is_mapped() const { return bytes_.data() != nullptr; }
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

/// Takes the room on the disk for these bytes of the file, and makes it long enough, so that no write to its
/// memory meets a full disk. Returns 0 or an error of the system.
int take_room(const FileDescriptor& file, std::uint64_t offset, std::size_t bytes);

}  // namespace bask
