// replaced_file.hpp: a text or picture that takes its place when it is complete, and leaves nothing behind
// when it is not.
// Runs on: rank 0. Threads: one.
// Invariants: those of UnfinishedFile.
#pragma once

#include <bask/system/unfinished_file.hpp>

#include <cstdint>
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

  /// For programs that write it all.
  int descriptor() const { return file_.descriptor(); }
  /// Where the bytes are until put_in_place(), for those who write by a name.
  const std::filesystem::path& temporary() const { return file_.path(); }
  /// Appends to what was written so.
  void write(std::string_view text);
  /// Ends writing and gives the file its name.
  void put_in_place();

 private:
  [[noreturn]] void refuse(int error) const;

  std::string where_;
  std::filesystem::path path_;
  UnfinishedFile file_;  // beside `path_`
  std::uint64_t end_ = 0;
};

}  // namespace bask
