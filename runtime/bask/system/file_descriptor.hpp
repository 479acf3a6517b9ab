// file_descriptor.hpp: an open file with one owner, read and written whole.
// Runs on: every rank. Threads: any may read and write at offsets; one opens and closes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

namespace bask {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// With O_CLOEXEC, and again when a signal interrupts. Not open when it fails: `errno` says why.
FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0666);

/// How much of the bytes was read or written, and the error that ended it, or 0 (for a read: also at the end
/// of the file).
struct Transferred {
  std::size_t bytes = 0;
  int error = 0;
};
Transferred read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::byte> to);
Transferred write_at(const FileDescriptor& file, std::uint64_t offset, std::span<const std::byte> from);

/// What an `errno` means.
std::string error_text(int error);

}  // namespace bask
