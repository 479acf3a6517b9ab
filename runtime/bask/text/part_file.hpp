// part_file.hpp: writes one partition as a file of text, compressed where its ending says so.
// Runs on: every rank. Threads: each file belongs to one.
// Invariants: those of OutputFile: under the name there is always the old file or the whole new one, and a
// file
//             that is not finished leaves nothing behind.
#pragma once

#include <bask/text/text_stretch.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace bask {

/// The file of partition `part` of `parts`: its number stands for the '*' of the path, with leading zeros so
/// that all are as long as the last one's, as with Dask. A path without '*' is that of an only partition.
/// `call` is what the user has called, for messages. Throws: Error for more than one '*', and for none where
/// there are more partitions.
std::string part_path(const std::string& path, std::size_t part, std::size_t parts,
                      std::string_view call = "to_text");

/// Takes bytes one after the other, and compresses them. The same bytes give the same file.
class TextSink;

class PartFile {
 public:
  /// Throws: Error, as OutputFile does, and when this build of Bask lacks the compression; so do the others
  /// when the disk is full.
  explicit PartFile(const std::string& path, TextCompression compression = TextCompression::kByEnding,
                    std::string_view call = "to_text");
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  void write(std::string_view text);
  /// The text and "\n".
  void write_line(std::string_view text);
  /// Brings all to the disk, and gives the file its name.
  void finish();

 private:
  void flush();
  std::string buffer_;
  std::unique_ptr<TextSink> sink_;
};

}  // namespace bask
