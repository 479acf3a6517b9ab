#include <bask/core/error.hpp>
#include <bask/text/line_blocks.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

namespace bask {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// How far to read behind the end of a stretch for the end of its last line.
constexpr std::size_t kBeyond = 4096;

}  // namespace

LineBlocks::LineBlocks(const TextStretch& stretch, std::string_view call, std::size_t first_bytes)
    : where_(text_place(call, stretch.path)),
      source_(open_text(stretch, where_)),
      end_bytes_(stretch.end_bytes < stretch.file_bytes ? stretch.end_bytes
                                                        : std::numeric_limits<std::uint64_t>::max()),
      capacity_(std::max<std::size_t>(first_bytes, 16)),
      buffer_begin_bytes_(stretch.begin_bytes),
      block_begin_bytes_(stretch.begin_bytes) {
  buffer_.reset(static_cast<char*>(std::malloc(capacity_ + kPadding)));
  if (!buffer_) throw std::bad_alloc();
  if (stretch.begin_bytes > 0) skip_to_line();
}

std::string_view LineBlocks::next(std::size_t unread) {
  const std::size_t keep_from = given_ - unread;
  if (keep_from > 0) {
    std::memmove(buffer_.get(), buffer_.get() + keep_from, filled_ - keep_from);
    buffer_begin_bytes_ += keep_from;
    filled_ -= keep_from;
    line_ends_ = line_ends_ > keep_from ? line_ends_ - keep_from : 0;
  }
  given_ = 0;
  while (line_ends_ <= unread && !has_all_) {
    if (!fill()) break;
  }
  return block_of(has_all_ ? filled_ : line_ends_);
}

std::string_view LineBlocks::block_of(std::size_t bytes) {
  given_ = bytes;
  std::string_view block(buffer_.get(), bytes);
  if (bytes == filled_) {
    std::memset(buffer_.get() + filled_, 0, kPadding);
    buffer_.get()[filled_] = '\n';
  }
  if (buffer_begin_bytes_ == 0 && block.starts_with(kByteOrderMark))
    block.remove_prefix(kByteOrderMark.size());
  block_begin_bytes_ = text_at(static_cast<std::size_t>(block.data() - buffer_.get()));
  return block;
}

// Reads more bytes. Returns false when there are none.
bool LineBlocks::fill() {
  if (filled_ == capacity_) grow();
  std::size_t room = capacity_ - filled_;
  const std::uint64_t at = text_at(filled_);
  room = static_cast<std::size_t>(std::min<std::uint64_t>(
      room, at < end_bytes_ && end_bytes_ - at < room ? end_bytes_ - at + kBeyond : room));
  const std::size_t from = filled_;
  filled_ += source_->read({buffer_.get() + filled_, room});
  has_all_ = filled_ == from;
  find_end(from);
  return !has_all_;
}

// Looks for line ends in what was read from the index `from` on.
void LineBlocks::find_end(std::size_t from) {
  const char* const begin = buffer_.get();
  if (text_at(filled_) > end_bytes_) {
    const std::size_t first =
        text_at(from) < end_bytes_ ? static_cast<std::size_t>(end_bytes_ - text_at(0)) : from;
    const void* const end = std::memchr(begin + first, '\n', filled_ - first);
    if (end != nullptr) {
      filled_ = line_ends_ = static_cast<std::size_t>(static_cast<const char*>(end) - begin) + 1;
      has_all_ = true;
      return;
    }
  }
  const void* const last = ::memrchr(begin + from, '\n', filled_ - from);
  if (last != nullptr) line_ends_ = static_cast<std::size_t>(static_cast<const char*>(last) - begin) + 1;
}

// Drops all up to the first line end, and all of the stretch where there is none before its end.
void LineBlocks::skip_to_line() {
  const std::uint64_t end = std::exchange(end_bytes_, std::numeric_limits<std::uint64_t>::max());
  std::size_t skipped = 0;
  while (skipped == 0 && text_at(filled_) < end && fill()) {
    const void* const first = std::memchr(buffer_.get(), '\n', filled_);
    if (first != nullptr) {
      skipped = static_cast<std::size_t>(static_cast<const char*>(first) - buffer_.get()) + 1;
    } else {
      buffer_begin_bytes_ += std::exchange(filled_, 0);
    }
  }
  end_bytes_ = end;
  if (skipped == 0 || text_at(skipped - 1) >= end) {
    buffer_begin_bytes_ += skipped;
    filled_ = line_ends_ = 0;
    has_all_ = true;
    return;
  }
  given_ = skipped;
  find_end(skipped);
}

void LineBlocks::grow() {
  const std::size_t larger = capacity_ * 2;
  char* const memory = static_cast<char*>(std::realloc(buffer_.get(), larger + kPadding));  // moves its pages
  if (memory == nullptr) throw std::bad_alloc();
  (void)buffer_.release();
  buffer_.reset(memory);
  capacity_ = larger;
}

}  // namespace bask
