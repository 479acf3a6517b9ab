#include <fmt/format.h>
#include <bask/text/json_lines.hpp>
#include <bask/text/json_syntax.hpp>
#include <bask/text/line_blocks.hpp>
#include <bask/text/simdjson_value.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace bask {
namespace {

namespace od = simdjson::ondemand;
static_assert(LineBlocks::kPadding >= simdjson::SIMDJSON_PADDING);

bool is_blank(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

const char* behind_blanks(const char* at, const char* end) {
  return std::find_if_not(at, end, is_blank);
}

od::parser parser_without_threads() {
  od::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
  parser.threaded = false;
#endif
  return parser;
}

}  // namespace

// The records of a block are found together, which is many times as fast as one by one. Each must fill its
// line: where that is not so, the rest of the block is read line by line, so that the bad line is known.
class JsonLines::Reader {
 public:
  Reader(const TextStretch& stretch, const JsonOptions& options, std::string_view call)
      : stretch_(stretch), options_(options), blocks_(stretch, call) {}

  bool next(void* record, const JsonRecordType& type) {
    for (;;) {
      if (at_ == end_ && !next_block()) return false;
      if (documents_) {
        if (next_together(record, type)) return true;
        if (at_ == end_) continue;
        documents_.reset();
        type.reset(record);
      }
      if (next_line(record, type)) return true;
    }
  }

  RecordCount count;

 private:
  struct Documents {
    od::document_stream stream;
    od::document_stream::iterator at;
  };

  // Without the end of the last line. False at the end of the stretch.
  bool next_block() {
    documents_.reset();
    block_ = blocks_.next();
    if (block_.empty()) return false;
    at_ = block_.data();
    end_ = at_ + block_.size() - (block_.back() == '\n' ? 1 : 0);
    at_ = behind_blanks(at_, end_);
    if (at_ == end_) return next_block_behind_blank();
    const std::size_t bytes = static_cast<std::size_t>(end_ - block_.data());
    documents_.emplace();
    const std::size_t room = std::bit_ceil(std::max(bytes, LineBlocks::kFirstBytes));
    if (parser_.iterate_many(block_.data(), bytes, room).get(documents_->stream)) {
      documents_.reset();
    } else {
      documents_->at = documents_->stream.begin();
    }
    return true;
  }
  bool next_block_behind_blank() {
    at_ = end_ = nullptr;
    return next_block();
  }

  // False: the block has ended (at_ == end_), or the record at at_ had better be read as a line.
  bool next_together(void* record, const JsonRecordType& type) {
    auto& document = documents_->at;
    if (!(document != documents_->stream.end()) || (*document).error()) return false;
    if (block_.data() + document.current_index() != at_ || (*at_ != '{' && *at_ != '[')) return false;
    od::value value;
    if ((*document).get_value().get(value)) return false;
    JsonReading reading{.limit = end_};
    JsonValue whole(value, reading);
    if (!type.read(whole, record)) return false;
    const auto* line_end =
        static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
    const char* const following = line_end == nullptr ? end_ : behind_blanks(line_end, end_);
    ++document;
    const bool has_ended = !(document != documents_->stream.end());
    if (has_ended != (following == end_)) return false;
    if (!has_ended && ((*document).error() || block_.data() + document.current_index() != following))
      return false;
    at_ = following;
    ++count.read;
    return true;
  }

  // False: the line was bad, and is counted.
  bool next_line(void* record, const JsonRecordType& type) {
    const char* const begin = at_;
    const auto* line_end =
        static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
    if (line_end == nullptr) line_end = end_;
    at_ = behind_blanks(line_end, end_);
    while (is_blank(line_end[-1])) --line_end;
    const std::string_view line(begin, static_cast<std::size_t>(line_end - begin));
    RecordMistake mistake{.happened = {}, .line = line, .line_bytes = text_at(begin)};
    const bool is_good = line.front() == '{' || line.front() == '['
                             ? read_document(line, record, type, mistake)
                             : read_scalar(line, record, type, mistake);
    if (is_good) {
      ++count.read;
      return true;
    }
    count_or_raise(count, options_.errors, mistake, stretch_, blocks_.where());
    type.reset(record);
    return false;
  }

  // kPadding bytes behind the line may be read, and the first is blank.
  bool read_document(std::string_view line, void* record, const JsonRecordType& type,
                     RecordMistake& mistake) {
    od::document document;
    od::value value;
    JsonReading reading{.limit = line.data() + line.size()};
    const auto error =
        parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING).get(document);
    if (!error && !document.get_value().get(value)) {
      JsonValue whole(value, reading);
      if (type.read(whole, record)) {
        if (document.current_location().error() == simdjson::OUT_OF_BOUNDS) return true;  // all of it is read
        reading.mistake.clear();
      }
    }
    if (!reading.mistake.empty()) {
      mistake.happened = reading.field.empty()
                             ? reading.mistake
                             : fmt::format("field '{}': {}", reading.field, reading.mistake);
      mistake.at = static_cast<std::size_t>(reading.at - line.data());
      return false;
    }
    const JsonMistake syntax = json_mistake(line);
    mistake.at = syntax.at;
    mistake.happened = "this is not JSON: " +
                       (syntax.happened.empty() && error ? simdjson::error_message(error) : syntax.happened);
    return false;
  }

  // simdjson reads a scalar as it should only within brackets.
  bool read_scalar(std::string_view line, void* record, const JsonRecordType& type, RecordMistake& mistake) {
    const JsonMistake syntax = json_mistake(line);
    if (!syntax.happened.empty()) {
      mistake.at = syntax.at;
      mistake.happened = "this is not JSON: " + syntax.happened;
      return false;
    }
    std::string bracketed = fmt::format("[{}]", line);
    const std::size_t bytes = bracketed.size();
    bracketed.append(simdjson::SIMDJSON_PADDING, '\n');
    od::document document;
    JsonReading reading{.limit = bracketed.data() + bytes};
    od::array array;
    if (parser_.iterate(bracketed.data(), bytes, bracketed.size()).get(document) ||
        document.get_array().get(array)) {
      mistake.happened = "the value cannot be read";
      return false;
    }
    for (auto each : array) {
      od::value value;
      if (each.get(value)) break;
      JsonValue whole(value, reading);
      if (type.read(whole, record)) return true;
    }
    mistake.happened = reading.mistake.empty() ? "the value cannot be read" : reading.mistake;
    return false;
  }

  std::uint64_t text_at(const char* at) const {
    return blocks_.begin_bytes() + static_cast<std::uint64_t>(at - block_.data());
  }

  TextStretch stretch_;
  JsonOptions options_;
  LineBlocks blocks_;
  od::parser parser_ = parser_without_threads();
  std::optional<Documents> documents_;  // of the block, while it is read together
  std::string_view block_;
  const char *at_ = nullptr, *end_ = nullptr;  // the next record, and the end of the block
};

JsonLines::JsonLines(const TextStretch& stretch, const JsonOptions& options, std::string_view call)
    : reader_(std::make_unique<Reader>(stretch, options, call)) {}
JsonLines::~JsonLines() = default;
JsonLines::JsonLines(JsonLines&&) noexcept = default;
JsonLines& JsonLines::operator=(JsonLines&&) noexcept = default;

bool JsonLines::next(void* record, const JsonRecordType& type) {
  return reader_->next(record, type);
}

const RecordCount& JsonLines::count() const {
  return reader_->count;
}

}  // namespace bask
