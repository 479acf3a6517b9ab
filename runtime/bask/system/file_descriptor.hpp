// file_descriptor.hpp: an open file with one owner, read and written whole.
// Runs on: every rank. Threads: any may read and write at offsets; one opens and closes.
#pragma once

#include <sys/types.h>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
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
  /// Returns 0 or an error of the system: a full disk may show only here.
  int close();

 private:
  int number_ = -1;
};

/// Opens with O_CLOEXEC, and tries again when a signal interrupts. Not open when it fails: `errno` says why.
FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0666);
/// A file in memory without a path, for reading and writing; it goes with its last descriptor.
/// Not open when it fails: `errno` says why.
FileDescriptor open_memory_file(const char* name);

/// Programs that this process starts inherit neither end. Neither is open when it fails: `errno` says why.
struct Pipe {
  FileDescriptor reading, writing;
};
Pipe open_pipe();

/// How many bytes were read or written, and the error that ended the transfer, or 0. A read that meets the
/// end of the file has fewer bytes and no error.
struct Transferred {
  std::size_t bytes = 0;
  int error = 0;
};
/// The calls that transfer bytes; tests replace them.
struct TransferCalls {
  std::function<ssize_t(int, void*, std::size_t, off_t)> read;
  std::function<ssize_t(int, const void*, std::size_t, off_t)> write;
  /// ::pread and ::pwrite.
  static const TransferCalls& of_system();
};
/// After a call that transfers only a part, the next one begins at a multiple of `unit`, as O_DIRECT needs.
Transferred read_at(int descriptor, std::uint64_t offset, std::span<std::byte> to,
                    const TransferCalls& calls = TransferCalls::of_system(), std::size_t unit = 1);
/// A write past `ulimit -f` is an error like any other, and not a signal.
Transferred write_at(int descriptor, std::uint64_t offset, std::span<const std::byte> from,
                     const TransferCalls& calls = TransferCalls::of_system(), std::size_t unit = 1);

inline Transferred read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::byte> to) {
  return read_at(file.number(), offset, to);
}
inline Transferred write_at(const FileDescriptor& file, std::uint64_t offset,
                            std::span<const std::byte> from) {
  return write_at(file.number(), offset, from);
}

/// Brings the file to the disk, with its mode and owner. Returns 0 or an error of the system.
int sync_file(const FileDescriptor& file);
/// The same for only what is needed to read the bytes back: faster where the file is synced often.
int sync_data(const FileDescriptor& file);
/// Brings the names in the directory to the disk; does nothing where the file system cannot do it.
void sync_directory(const std::filesystem::path& directory);

/// What an `errno` means.
std::string error_text(int error);

}  // namespace bask
