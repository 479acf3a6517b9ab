// csv_records.hpp: cuts the text of a stretch into the records and fields of CSV, as RFC 4180 has them.
// Runs on: every rank. Threads: one.
// Limitation: whether a stretch begins inside of quotes cannot be known from it. Files whose quoted fields
// have line breaks are read whole (TextCut::blocksize 0), as with Dask and pandas.
#pragma once

#include <bask/text/line_blocks.hpp>
#include <bask/text/records.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bask {

struct CsvOptions {
  char delimiter = ',';
  char quote = '"';
  /// Whether the first record of each file names its columns.
  bool header = true;
  /// Names in place of those of the header, or where there is none. Without either, columns are those that
  /// are read, in their order.
  std::vector<std::string> columns = {};
  Errors errors = Errors::kRaise;
};

struct CsvField {
  std::string_view raw;  ///< between the delimiters, or between the quotes
  bool is_quoted = false;
  bool has_quotes = false;  ///< each of which stands for itself twice
};

class CsvRecords {
 public:
  CsvRecords(const TextStretch& stretch, const CsvOptions& options, std::string_view call,
             std::size_t first_bytes = LineBlocks::kFirstBytes);

  /// What a record is, or what is wrong with it. Lines that are empty are skipped.
  enum class Next { kRecord, kBad, kEnd };
  Next next();

  /// Of the last record; valid until the next call of next().
  const std::vector<CsvField>& fields() const { return fields_; }
  /// The record's text and place, with the mistake where it is bad.
  RecordMistake mistake(std::string happened, const char* at) const;
  const RecordMistake& mistake() const { return mistake_; }
  const std::string& where() const { return blocks_.where(); }

 private:
  enum class Step { kField, kRecord, kBad, kMore };
  Step split();
  Step take_quoted();
  Step take_plain();
  bool read_more();

  CsvOptions options_;
  bool is_cut_;
  LineBlocks blocks_;
  std::string_view block_;
  const char *begin_ = nullptr, *at_ = nullptr,
             *end_ = nullptr;  // of the record, what was read of it, the block
  std::vector<CsvField> fields_;
  RecordMistake mistake_{};
};

}  // namespace bask
