// unfinished_file.hpp: a new file that is removed with its UnfinishedFile, unless it was put in place before.
// Runs on: every rank. Threads: one.
// Invariants: (1) under the final name there is always the old file or the whole new one, also after a power
//             cut: the bytes are on the disk before they get the name.
#pragma once

#include <bask/system/file_descriptor.hpp>

#include <filesystem>

namespace bask {

class UnfinishedFile {
 public:
  /// Makes the file, for reading and writing. Not open when that fails, or the name is taken: see `errno`.
  explicit UnfinishedFile(std::filesystem::path path, unsigned mode = 0666);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  bool is_open() const { return file_.is_open(); }
  int descriptor() const { return file_.number(); }
  const std::filesystem::path& path() const { return path_; }

  /// Brings its bytes to the disk; call it before put_in_place(). Both return 0 or an error of the system.
  int sync() const { return sync_file(file_); }
  /// Closes it and gives it the name `place`, in the same directory.
  int put_in_place(const std::filesystem::path& place);

 private:
  std::filesystem::path path_;  // empty: there is nothing to remove
  FileDescriptor file_;
};

}  // namespace bask
