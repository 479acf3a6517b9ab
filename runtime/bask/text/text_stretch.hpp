// text_stretch.hpp: the parts of text files that tasks read, each by itself: whole lines.
// Runs on: rank 0 makes them, every rank reads them. Threads: any.
// Invariants: (1) each line of a file is in exactly one of its stretches, and their order is that of the
// lines.
#pragma once

#include <bask/core/fields.hpp>
#include <bask/core/units.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

enum class TextCompression : std::uint8_t { kByEnding, kNone, kGzip, kZstd };

/// kGzip for ".gz", kZstd for ".zst", else kNone.
TextCompression compression_by_ending(std::string_view path);

/// A part of a file as plain data, which may be an argument of a delayed call. It begins behind the first
/// line end at or after `begin_bytes`, or with the file, and ends behind the first line end at or after
/// `end_bytes`, or with the file. This is the rule of Dask's read_bytes.
struct TextStretch {
  std::string path;
  TextCompression compression = TextCompression::kNone;  ///< never kByEnding; only kNone is ever cut
  std::uint64_t begin_bytes = 0, end_bytes = 0;          ///< in the file as it is on the disk
  std::uint64_t file_bytes = 0;                          ///< of the whole file when it was planned,
  std::int64_t modified_ns = 0;                          ///< and when it was changed last before that

  bool is_whole_file() const { return begin_bytes == 0 && end_bytes == file_bytes; }
  static constexpr auto fields =
      bask::fields("path", &TextStretch::path, "compression", &TextStretch::compression, "begin_bytes",
                   &TextStretch::begin_bytes, "end_bytes", &TextStretch::end_bytes, "file_bytes",
                   &TextStretch::file_bytes, "modified_ns", &TextStretch::modified_ns);
  friend bool operator==(const TextStretch&, const TextStretch&) = default;
};

struct TextCut {
  std::uint64_t blocksize =
      64u << 20;  ///< a stretch has so many bytes at most, up to a line end; 0: whole files
  TextCompression compression = TextCompression::kByEnding;
};

/// The stretches of one path, or of a pattern's files in natural order (system/file_pattern.hpp). Those of
/// one file have the same length, as far as it can be divided. A compressed file and an empty one are one
/// stretch each. `call` is what the user has called, for messages: read_text. Throws: Error when no file
/// matches, and for what is no regular file or cannot be read.
std::vector<TextStretch> text_stretches(const std::string& path, const TextCut& cut = {},
                                        std::string_view call = "read_text");
/// The same for each path of the list, one after the other. Throws: Error, too, when the list is empty.
std::vector<TextStretch> text_stretches(const std::vector<std::string>& paths, const TextCut& cut = {},
                                        std::string_view call = "read_text");

/// How messages about a file begin: "read_text('data/a.txt')".
std::string text_place(std::string_view call, std::string_view path);

}  // namespace bask
