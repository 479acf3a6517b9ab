// rank_log.hpp: the two files that a rank writes: all output of its commands, and an index of it.
// Runs on: every rank. Threads: any.
// Invariants: (1) bytes once written stay where they are;
//             (2) an output is written before the index names it;
//             (3) there are two files per rank and start, however many commands there are.
#pragma once

#include "index_line.hpp"

#include <bask/system/file_descriptor.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>

namespace farm {

/// "index-2-0.tsv", "output-2-0.log": of the second start of the farm, rank 0.
std::string index_file_name(std::uint32_t start, std::int32_t rank);
std::string output_file_name(std::uint32_t start, std::int32_t rank);

class RankLog {
 public:
  /// Throws: Error when the files cannot be made.
  RankLog(const std::filesystem::path& directory, std::uint32_t start, std::int32_t rank);

  /// Brings all that was written to the disk.
  void sync();
  /// Appends a line to the index. Throws: Error when it cannot be written, as when the disk is full.
  void note(const IndexLine& line);
  /// Appends a piece of output, after a line with the title for people who read the whole file. Returns where
  /// the piece lies. Throws: as note().
  Extent write_output(const std::string& title, std::string_view text);

 private:
  std::filesystem::path index_path_, output_path_;
  bask::FileDescriptor index_, output_;
  std::atomic<std::uint64_t> end_{0};  // of the output file, in bytes
};

/// Writes the output of one command to the log in pieces, so that no command needs much memory.
class OutputBuffer {
 public:
  OutputBuffer(RankLog& log, std::string title) : log_(log), title_(std::move(title)) {}
  void add(std::string_view text);
  /// Writes the rest. Returns where all pieces of the output lie.
  const std::vector<Extent>& finish();

 private:
  void write();
  RankLog& log_;
  const std::string title_;
  std::string text_;
  std::vector<Extent> extents_;
};

}  // namespace farm
