// replaced_file.hpp: a file that takes its place when it is complete, and leaves nothing behind when it is
// not.
// Runs on: rank 0. Threads: one.
// Invariants: (1) under its name there is always the old file or the whole new one, also after a power cut:
//             the bytes are on the disk before the name is theirs.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace bask {

class ReplacedFile {
 public:
  /// How the names begin of files that are not complete: a killed program leaves them.
  static constexpr std::string_view kTemporary = ".bask-";

  /// `where` begins the messages. Throws: Error when there is no such directory or it cannot be written to.
  ReplacedFile(std::string where, std::filesystem::path path);
  ~ReplacedFile();
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;

  /// Open for writing.
  int descriptor() const { return descriptor_; }
  /// Where the bytes are until put_in_place(), for those who write by a name.
  const std::filesystem::path& temporary() const { return temporary_; }
  void write(std::string_view text);
  /// Ends writing and gives the file its name.
  void put_in_place();

 private:
  [[noreturn]] void refuse(const std::string& why) const;

  std::string where_;
  std::filesystem::path path_;
  std::filesystem::path temporary_;  // beside `path_`; empty once it has been renamed
  int descriptor_ = -1;
};

}  // namespace bask
