#include <bask/text/csv_records.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace bask {
namespace {

constexpr std::size_t kMostRecord = std::size_t{1} << 30;  // bytes, of a record with line breaks

const char* behind_empty_lines(const char* at, const char* end) {
  while (at != end && (*at == '\n' || (*at == '\r' && at + 1 != end && at[1] == '\n'))) ++at;
  return at;
}

const char* behind_line(const char* at, const char* end) {
  const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
  return found == nullptr ? end : static_cast<const char*>(found) + 1;
}

// Eight bytes at once: fields are short, and a loop over bytes is mispredicted at the end of each. The bytes
// behind a block may be read. Source: the test for a zero byte (Warren, Hacker's Delight, section 6-1).
const char* find_either(const char* at, const char* end, char one, char other) {
  if constexpr (std::endian::native == std::endian::little) {
    static_assert(LineBlocks::kPadding >= sizeof(std::uint64_t));
    constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
    const std::uint64_t ones = kOnes * static_cast<unsigned char>(one);
    const std::uint64_t others = kOnes * static_cast<unsigned char>(other);
    for (; at < end; at += sizeof(std::uint64_t)) {
      std::uint64_t bytes;
      std::memcpy(&bytes, at, sizeof(bytes));
      const std::uint64_t a = bytes ^ ones, b = bytes ^ others;
      const std::uint64_t zeros = (((a - kOnes) & ~a) | ((b - kOnes) & ~b)) & kHigh;
      if (zeros != 0) return std::min(end, at + std::countr_zero(zeros) / 8);
    }
    return end;
  } else {
    return std::find_if(at, end, [=](char letter) { return letter == one || letter == other; });
  }
}

}  // namespace

CsvRecords::CsvRecords(const TextStretch& stretch, const CsvOptions& options, std::string_view call,
                       std::size_t first_bytes)
    : options_(options), is_cut_(!stretch.is_whole_file()), blocks_(stretch, call, first_bytes) {}

CsvRecords::Next CsvRecords::next() {
  begin_ = behind_empty_lines(at_, end_);
  while (begin_ == end_) {
    block_ = blocks_.next();
    if (block_.empty()) return Next::kEnd;
    end_ = block_.data() + block_.size();
    begin_ = behind_empty_lines(block_.data(), end_);
  }
  for (;;) {
    const Step step = split();
    if (step == Step::kRecord) return Next::kRecord;
    if (step == Step::kBad) {
      at_ = behind_line(at_, end_);
      return Next::kBad;
    }
    if (!read_more()) {
      const char* const quote = fields_.back().raw.data() - 1;
      mistake_ =
          mistake(is_cut_ ? "this quote is not closed before the part of the file ends that is read at once"
                          : "this quote is not closed",
                  quote);
      at_ = behind_line(begin_, end_);
      mistake_.line = {begin_, static_cast<std::size_t>(at_ - begin_)};
      return Next::kBad;
    }
  }
}

// Cuts the record that begins at begin_.
CsvRecords::Step CsvRecords::split() {
  fields_.clear();
  at_ = begin_;
  for (;;) {
    const bool is_quoted = at_ != end_ && *at_ == options_.quote;
    const Step step = is_quoted ? take_quoted() : take_plain();
    if (step != Step::kField) return step;
  }
}

CsvRecords::Step CsvRecords::take_quoted() {
  CsvField field{.raw = {}, .is_quoted = true};
  const char* const first = ++at_;
  for (;;) {
    const void* const found = std::memchr(at_, options_.quote, static_cast<std::size_t>(end_ - at_));
    if (found == nullptr) {
      field.raw = {first, static_cast<std::size_t>(end_ - first)};
      fields_.push_back(field);
      return Step::kMore;
    }
    at_ = static_cast<const char*>(found);
    if (at_ + 1 == end_ || at_[1] != options_.quote) break;
    field.has_quotes = true;
    at_ += 2;
  }
  field.raw = {first, static_cast<std::size_t>(at_ - first)};
  fields_.push_back(field);
  ++at_;
  if (at_ == end_) return Step::kRecord;
  if (*at_ == options_.delimiter) {
    ++at_;
    return Step::kField;
  }
  if (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n') ++at_;
  if (*at_ == '\n') {
    ++at_;
    return Step::kRecord;
  }
  mistake_ = mistake("there is text behind a closing quote", at_);
  return Step::kBad;
}

CsvRecords::Step CsvRecords::take_plain() {
  const char delimiter = options_.delimiter;
  const char* const first = at_;
  const char* const at = find_either(at_, end_, delimiter, '\n');
  const bool is_last = at == end_ || *at == '\n';
  const char* stop = at;
  if (is_last && at != end_ && stop != first && stop[-1] == '\r') --stop;
  fields_.push_back({.raw = {first, static_cast<std::size_t>(stop - first)}});
  at_ = at == end_ ? at : at + 1;
  return is_last ? Step::kRecord : Step::kField;
}

// A quoted field has line breaks: the record goes on in lines that are not in the block. False: there are
// none.
bool CsvRecords::read_more() {
  const auto unread = static_cast<std::size_t>(end_ - begin_);
  if (unread > kMostRecord) return false;
  block_ = blocks_.next(unread);
  begin_ = block_.data();
  end_ = begin_ + block_.size();
  if (block_.size() > unread) return true;
  const std::size_t unclosed = fields_.back().raw.size();
  fields_.back().raw = {end_ - unclosed, unclosed};  // the block has moved
  return false;
}

RecordMistake CsvRecords::mistake(std::string happened, const char* at) const {
  const char* const stop = std::max(behind_line(at < end_ ? at : begin_, end_), at_);
  return {.happened = std::move(happened),
          .line = {begin_, static_cast<std::size_t>(stop - begin_)},
          .at = static_cast<std::size_t>(at - begin_),
          .line_bytes = blocks_.begin_bytes() + static_cast<std::uint64_t>(begin_ - block_.data())};
}

}  // namespace bask
