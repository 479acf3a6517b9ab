// line_blocks.hpp: reads a stretch as blocks of whole lines, through one buffer that is as large as the
// longest line needs. Runs on: every rank. Threads: one. Invariants: (1) a block ends with '\n', unless it
// ends with a file whose last line does not;
//             (2) kPadding bytes behind a block may be read; the first of them is '\n' where the block does
//             not
//                 end with one.
#pragma once

#include <bask/text/text_source.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace bask {

class LineBlocks {
 public:
  static constexpr std::size_t kPadding = 64;
  static constexpr std::size_t kFirstBytes = 256 << 10;  ///< of the buffer; it stays in the processor's cache

  /// `call` is what the user has called, for messages. Throws: Error, as open_text() does; so does next().
  explicit LineBlocks(const TextStretch& stretch, std::string_view call = "read_text",
                      std::size_t first_bytes = kFirstBytes);

  /// The next whole lines, without the byte order mark at the beginning of a file: empty at the end. They are
  /// valid until the next call. The last `unread` bytes of the block before come again, and more lines behind
  /// them: none more at the end.
  std::string_view next(std::size_t unread = 0);

  /// Where the last block begins in the text of the file.
  std::uint64_t begin_bytes() const { return block_begin_bytes_; }
  const std::string& where() const { return where_; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  bool fill();
  void find_end(std::size_t from);
  void skip_to_line();
  void grow();
  std::string_view block_of(std::size_t bytes);
  std::uint64_t text_at(std::size_t index) const { return buffer_begin_bytes_ + index; }

  std::string where_;
  std::unique_ptr<TextSource> source_;
  std::uint64_t end_bytes_;  // the stretch ends behind the first line end there or later
  std::unique_ptr<char, Free> buffer_;
  std::size_t capacity_;
  std::size_t filled_ = 0;     // bytes in the buffer
  std::size_t given_ = 0;      // of which the last block was given, which ended here
  std::size_t line_ends_ = 0;  // whole lines reach up to here
  bool has_all_ = false;       // of the stretch
  std::uint64_t buffer_begin_bytes_, block_begin_bytes_;
};

}  // namespace bask
