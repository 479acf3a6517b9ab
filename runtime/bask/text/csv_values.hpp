// csv_values.hpp: how numbers and texts are read from fields of CSV and written to them.
// Runs on: every rank. Threads: each CsvValue belongs to one.
#pragma once

#include <bask/text/csv_records.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace bask {

/// A field that is being read. The functions below return false when it is not what they want: then the
/// record is bad.
class CsvValue {
 public:
  CsvValue(const CsvField& field, char quote, std::string& unquoted, std::string& mistake)
      : field_(field), quote_(quote), unquoted_(unquoted), mistake_(mistake) {}

  /// Valid until the next value is read.
  std::string_view text();
  /// Nothing stands there: neither a character nor quotes.
  bool is_absent() const { return field_.raw.empty() && !field_.is_quoted; }
  bool refuse(std::string happened) {
    mistake_ = std::move(happened);
    return false;
  }

 private:
  const CsvField& field_;
  char quote_;
  std::string &unquoted_, &mistake_;
};

// Spaces around numbers do not matter.
bool read_csv(CsvValue& from, bool& to);    ///< true or false, True or False, TRUE or FALSE, 1 or 0
bool read_csv(CsvValue& from, double& to);  ///< nothing, nan, NaN, NA and N/A are NaN
bool read_csv(CsvValue& from, float& to);
bool read_csv(CsvValue& from, std::string& to);
bool read_csv_integer(CsvValue& from, std::int64_t least, std::int64_t most, std::int64_t& to);
bool read_csv_integer(CsvValue& from, std::uint64_t most, std::uint64_t& to);

// They append to `to`.
void write_csv(std::string& to, char delimiter, bool value);
void write_csv(std::string& to, char delimiter, std::int64_t value);
void write_csv(std::string& to, char delimiter, std::uint64_t value);
void write_csv(std::string& to, char delimiter, double value);  ///< the shortest that reads back the same
void write_csv(std::string& to, char delimiter, float value);
/// In quotes where it has to be: an empty text, too, which is not the same as nothing.
void write_csv(std::string& to, char delimiter, std::string_view text);

}  // namespace bask
