// write_parts.hpp: writes the elements of a partition as lines of text, of JSON or of CSV.
// Runs on: every rank. Threads: one for each file.
#pragma once

#include <bask/text/csv_lines.hpp>
#include <bask/text/json_lines.hpp>
#include <bask/text/part_file.hpp>

#include <string>

namespace bask {

/// Each element is a line, behind which comes "\n". `path`: as part_path() makes it.
/// Throws: Error when the file cannot be written; then the old file of that name is still there. So do the
/// others.
template <class Range>
void write_text_part(const std::string& path, const Range& lines,
                     TextCompression compression = TextCompression::kByEnding) {
  PartFile file(path, compression, "to_text");
  for (const auto& line : lines) file.write_line(line);
  file.finish();
}

/// Throws: Error, too, for strings that are not UTF-8 and for infinite numbers. NaN is null.
template <class Range>
requires JsonWritable<typename Range::value_type>
void write_json_part(const std::string& path, const Range& records,
                     TextCompression compression = TextCompression::kByEnding) {
  using T = typename Range::value_type;
  PartFile file(path, compression, "to_json");
  std::string line;
  for (const auto& record : records) {
    line.clear();
    JsonOf<T>::write(line, record);
    line += '\n';
    file.write(line);
  }
  file.finish();
}

struct CsvWriteOptions {
  char delimiter = ',';
  bool header = true;  ///< names the columns in the first line of each file
  TextCompression compression = TextCompression::kByEnding;
};

template <class Range>
requires HasFields<typename Range::value_type>
void write_csv_part(const std::string& path, const Range& records, const CsvWriteOptions& options = {}) {
  using T = typename Range::value_type;
  PartFile file(path, options.compression, "to_csv");
  if (options.header) file.write_line(csv_header<T>(options.delimiter));
  for (const auto& record : records) file.write_line(csv_line(record, options.delimiter));
  file.finish();
}

}  // namespace bask
