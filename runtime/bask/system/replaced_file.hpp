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
  /// The beginning of the names of incomplete files. A program that is killed leaves such a file behind.
  static constexpr std::string_view kTemporary = ".bask-";

  /// `where` begins the messages. Throws: Error when there is no such directory or it cannot be written to.
  ReplacedFile(std::string where, std::filesystem::path path);

  /// For another program that writes the whole file.
  int descriptor() const { return file_.descriptor(); }
  /// The path of the bytes until put_in_place(), for writers that need a path.
  const std::filesystem::path& temporary() const { return file_.path(); }
  /// Appends to what earlier calls have written. Throws: Error, such as for a full disk; so does
  /// put_in_place().
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
