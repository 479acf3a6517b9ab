#include <fmt/format.h>
#include <bask/text/csv_lines.hpp>

#include <algorithm>
#include <optional>

namespace bask {
namespace {

constexpr std::size_t kHeaderBytes = 16 << 10;  // that are read of a file for its header

constexpr const char* kHint = "read files whose quoted fields have line breaks with blocksize 0";

}  // namespace

class CsvLines::Reader {
 public:
  Reader(const TextStretch& stretch, const CsvOptions& options, const CsvRecordType& type,
         std::string_view call)
      : stretch_(stretch),
        options_(options),
        wanted_(type.columns.begin(), type.columns.end()),
        reset_(type.reset),
        records_(stretch, options, call) {
    if (options_.header) read_header(call);
    if (!options_.columns.empty()) names_ = options_.columns;
    if (!options_.header && names_.empty()) {
      for (const CsvColumn& column : wanted_) names_.emplace_back(column.name);
    }
    for (const CsvColumn& column : wanted_) place_.push_back(place_of(column));
  }

  bool next(void* record) {
    for (;;) {
      switch (records_.next()) {
        case CsvRecords::Next::kEnd:
          return false;
        case CsvRecords::Next::kBad:
          refuse(records_.mistake());
          break;
        case CsvRecords::Next::kRecord:
          if (read(record)) {
            ++count.read;
            return true;
          }
          reset_(record);
      }
    }
  }

  RecordCount count;

 private:
  void read_header(std::string_view call) {
    if (stretch_.begin_bytes == 0) {
      take_names(records_);
      return;
    }
    TextStretch whole = stretch_;
    whole.begin_bytes = 0;
    whole.end_bytes = whole.file_bytes;
    CsvRecords head(whole, options_, call, kHeaderBytes);
    take_names(head);
  }

  void take_names(CsvRecords& head) {
    switch (head.next()) {
      case CsvRecords::Next::kEnd:
        throw Error(head.where(), "the file is empty: there is no header",
                    "name other files, or read it with .header = false");
      case CsvRecords::Next::kBad:
        count_or_raise(count, Errors::kRaise, head.mistake(), stretch_, head.where());
        break;
      case CsvRecords::Next::kRecord:
        break;
    }
    std::string unquoted, mistake;
    for (const CsvField& field : head.fields()) {
      names_.emplace_back(CsvValue(field, options_.quote, unquoted, mistake).text());
    }
  }

  std::optional<std::size_t> place_of(const CsvColumn& column) const {
    const auto found = std::find(names_.begin(), names_.end(), column.name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    if (column.may_be_absent) return std::nullopt;
    std::string all;
    for (const std::string& name : names_) {
      if (all.size() > 200) {
        all += ", …";
        break;
      }
      all += (all.empty() ? "" : ", ") + name;
    }
    throw Error(records_.where(), fmt::format("there is no column '{}'", column.name),
                fmt::format("its columns are {}; see that the delimiter is '{}'", all, options_.delimiter));
  }

  bool read(void* record) {
    const std::vector<CsvField>& fields = records_.fields();
    if (fields.size() != names_.size()) {
      refuse(records_.mistake(
          fmt::format("there are {} fields where {} are wanted", fields.size(), names_.size()),
          fields.back().raw.data()));
      return false;
    }
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (!place_[i]) continue;
      const CsvField& field = fields[*place_[i]];
      CsvValue value(field, options_.quote, unquoted_, mistake_);
      if (wanted_[i].read(value, record)) continue;
      refuse(records_.mistake(fmt::format("column '{}': {}", wanted_[i].name, mistake_), field.raw.data()));
      return false;
    }
    return true;
  }

  void refuse(const RecordMistake& mistake) {
    count_or_raise(count, options_.errors, mistake, stretch_, records_.where(),
                   stretch_.is_whole_file() ? "" : kHint);
  }

  TextStretch stretch_;
  CsvOptions options_;
  std::vector<CsvColumn> wanted_;
  void (*reset_)(void*);
  CsvRecords records_;
  std::vector<std::string> names_;
  std::vector<std::optional<std::size_t>> place_;  // of each wanted column in a record
  std::string unquoted_, mistake_;
};

CsvLines::CsvLines(const TextStretch& stretch, const CsvOptions& options, const CsvRecordType& type,
                   std::string_view call)
    : reader_(std::make_unique<Reader>(stretch, options, type, call)) {}
CsvLines::~CsvLines() = default;
CsvLines::CsvLines(CsvLines&&) noexcept = default;
CsvLines& CsvLines::operator=(CsvLines&&) noexcept = default;

bool CsvLines::next(void* record) {
  return reader_->next(record);
}

const RecordCount& CsvLines::count() const {
  return reader_->count;
}

}  // namespace bask
