// output_file.hpp: a file that takes its place when it is complete and on the disk.
// Runs on: every rank. Threads: each file belongs to one.
// Invariants: (1) under the name there is always the old file or the whole new one;
//             (2) what is not put in place leaves nothing behind; what a killed process leaves, the next one
//             that writes to the same name removes, unless its maker may still live.
#pragma once

#include <bask/system/unfinished_file.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace bask {

/// Where the file lies: "." when the path names no directory.
std::filesystem::path directory_of(const std::filesystem::path& path);
/// Ends the name of something unfinished and says whose it is: "bask-node7-1234-0".
std::string owner_mark();
/// Whether the process that the end of the name tells of is gone: one of this host that has ended, or, of
/// another host, one that has not touched the file for a week. False when the file is locked, or is none of
/// Bask's.
bool is_abandoned(const std::filesystem::path& unfinished);

class OutputFile {
 public:
  /// Follows links to the place that the name stands for, and makes a temporary file beside it, which has
  /// mode and owner of the file that it is to replace where that is allowed. `where` begins messages. Throws:
  /// Error when there is no such directory, when it or the old file may not be written, and for a directory,
  /// a device or anything else that is no regular file.
  OutputFile(const std::string& path, std::string where);

  /// The place: `path` itself, or what it links to.
  const std::filesystem::path& place() const { return place_; }
  const std::filesystem::path& temporary() const { return file_->path(); }
  /// For reading and writing; locked while it is open.
  int descriptor() const { return file_->descriptor(); }
  /// Whether there was a file of that name.
  bool replaces() const { return old_.exists; }

  /// Begins with the bytes of the old file. Cost: none where the file system shares blocks of files (XFS,
  /// Btrfs); else a copy. From then on putting it in place is refused when somebody has changed the old one.
  void copy_old();
  /// Brings it to the disk and gives it the name.
  void put_in_place();

 private:
  struct Old {
    bool exists = false;
    std::uint32_t mode = 0, user = 0, group = 0;
    std::uint64_t inode = 0;
    std::int64_t size_bytes = 0, modified_ns = 0;
    friend bool operator==(const Old&, const Old&) = default;
  };
  Old look() const;
  void create();
  void take_over_mode_and_owner() const;
  [[noreturn]] void refuse(int error) const;

  std::string where_;
  std::filesystem::path place_;
  Old old_;
  std::optional<UnfinishedFile> file_;  // beside the place; there once it is constructed
  bool is_copy_ = false;
};

}  // namespace bask
