// lines.hpp: the lines of a stretch, one after the other, without copying them.
// Runs on: every rank. Threads: one.
#pragma once

#include <bask/text/line_blocks.hpp>

#include <cstring>
#include <string_view>

namespace bask {

struct LineOptions {
  /// Lines have no end by default, as std::getline gives them, neither "\n" nor "\r\n". Dask's read_text
  /// keeps it: with this, the end is as it is in the file. A lone "\r" is a character like others.
  bool keep_ends = false;
};

/// Calls `take(std::string_view)` for each line of the block; the last one may be without an end.
template <class F>
void for_each_line_of(std::string_view block, const LineOptions& options, F&& take) {
  const char *at = block.data(), *const end = at + block.size();
  while (at != end) {
    const auto* const found =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const next = found != nullptr ? found + 1 : end;
    const char* stop = next;
    if (!options.keep_ends && found != nullptr) {
      stop = found;
      if (stop != at && stop[-1] == '\r') --stop;
    }
    take(std::string_view(at, static_cast<std::size_t>(stop - at)));
    at = next;
  }
}

/// Calls `take(std::string_view)` for each line of the stretch; the view is valid during the call. The bytes
/// are passed as they are, valid UTF-8 or not, without the byte order mark at the beginning of a file.
/// Cost: one pass; memory for the longest line. Throws: Error when the file cannot be read to its end.
template <class F>
void for_each_line(const TextStretch& stretch, const LineOptions& options, F&& take) {
  LineBlocks blocks(stretch);
  for (std::string_view block = blocks.next(); !block.empty(); block = blocks.next()) {
    for_each_line_of(block, options, take);
  }
}
template <class F>
void for_each_line(const TextStretch& stretch, F&& take) {
  for_each_line(stretch, LineOptions(), take);
}

}  // namespace bask
