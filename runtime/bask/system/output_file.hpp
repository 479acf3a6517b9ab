// output_file.hpp: a file that gets its name when it is complete and on the disk.
// Runs on: every rank. Threads: each file belongs to one.
// Invariants: (1) under the name there is always the old file or the whole new one;
//             (2) a file that is not put in place leaves nothing behind. What a killed process leaves is
//                 removed by the next process that writes to the same name.
#pragma once

#include <bask/system/unfinished_file.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace bask {

/// The directory of the file: "." when the path names none.
std::filesystem::path directory_of(const std::filesystem::path& path);
/// The end of a temporary file's name, which says which process writes it: "bask-node7-1234-0".
std::string owner_mark();
/// Whether the process that made this temporary file, as the end of its name says, is gone: a process of this
/// host has ended, or a process of another host has not touched the file for a week. False when the file is
/// locked, or when Bask did not make it.
bool is_abandoned(const std::filesystem::path& unfinished);

class OutputFile {
 public:
  /// Follows links from `path` to the place of the file, and makes a temporary file beside it, with the mode
  /// and owner of the old file where that is allowed. `where` begins messages.
  /// Throws: Error when there is no such directory, when the directory or the old file may not be written,
  /// and when `path` is a directory, a device or anything else that is no regular file.
  OutputFile(const std::string& path, std::string where);

  /// The place: `path` itself, or what it links to.
  const std::filesystem::path& place() const { return place_; }
  const std::filesystem::path& temporary() const { return file_->path(); }
  /// For reading and writing; locked while it is open.
  int descriptor() const { return file_->descriptor(); }
  /// Whether there was a file of that name.
  bool had_old_file() const { return old_.exists; }

  /// Copies the old file into the temporary file. From then on put_in_place() throws when another program has
  /// changed the old file. Cost: none where the file system shares blocks of files (XFS, Btrfs); else a copy.
  void copy_old();
  /// Brings the file to the disk and gives it its name. Throws: Error when that fails.
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
  std::optional<UnfinishedFile> file_;  // the temporary file, beside the place; the constructor sets it
  bool is_copy_ = false;
};

}  // namespace bask
