// csv_lines.hpp: records of CSV as structures with named fields, and columns of CSV as vectors.
// Runs on: every rank. Threads: one for each reader.
#pragma once

#include <bask/text/csv_of.hpp>

#include <memory>
#include <span>
#include <tuple>
#include <vector>

namespace bask {

/// What a CsvLines has to know of the type of its records.
struct CsvRecordType {
  std::span<const CsvColumn> columns;
  void (*reset)(void* record);
};

/// Reads a stretch record by record. Columns that are not asked for are ignored. Each file's own header tells
/// where its columns are; of two of one name the first counts.
class CsvLines {
 public:
  /// Throws: Error when the file has no header that names the columns that are not optional.
  CsvLines(const TextStretch& stretch, const CsvOptions& options, const CsvRecordType& type,
           std::string_view call = "read_csv");
  ~CsvLines();
  CsvLines(CsvLines&&) noexcept;
  CsvLines& operator=(CsvLines&&) noexcept;

  /// Fills `record`, which is a new object of the type. False at the end of the stretch.
  /// Throws: Error for a bad record, when it is not to be skipped, and when the file cannot be read.
  bool next(void* record);
  const RecordCount& count() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

/// Calls `take(T&&)` for each record of the stretch. Returns how many there were, good and skipped.
template <HasFields T, class F>
RecordCount for_each_csv(const TextStretch& stretch, const CsvOptions& options, F&& take) {
  CsvLines lines(stretch, options, {kCsvColumns<T>, [](void* record) { *static_cast<T*>(record) = T(); }});
  for (;;) {
    T record{};
    if (!lines.next(&record)) return lines.count();
    take(std::move(record));
  }
}

template <HasFields T>
std::vector<T> read_csv_lines(const TextStretch& stretch, const CsvOptions& options = {}) {
  std::vector<T> records;
  for_each_csv<T>(stretch, options, [&](T&& record) { records.push_back(std::move(record)); });
  return records;
}

template <class... Ts>
struct CsvColumns {
  std::tuple<std::vector<Ts>...> columns;
  RecordCount count;
};

/// The named columns of the stretch as vectors of one length:
/// `auto [columns, count] = read_csv_columns<double, std::string>(stretch, {"speed", "station"});`
template <CsvReadable... Ts>
CsvColumns<Ts...> read_csv_columns(const TextStretch& stretch,
                                   const std::array<std::string, sizeof...(Ts)>& names,
                                   const CsvOptions& options = {}) {
  using Row = std::tuple<Ts...>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    const std::array<CsvColumn, sizeof...(Ts)> wanted = {
        CsvColumn{names[I], false, [](CsvValue& from, void* row) {
                    return CsvOf<Ts>::read(from, std::get<I>(*static_cast<Row*>(row)));
                  }}...};
    CsvLines lines(stretch, options, {wanted, [](void* row) { *static_cast<Row*>(row) = Row(); }});
    CsvColumns<Ts...> read;
    for (Row row; lines.next(&row); row = Row()) {
      (std::get<I>(read.columns).push_back(std::move(std::get<I>(row))), ...);
    }
    read.count = lines.count();
    return read;
  }
  (std::index_sequence_for<Ts...>());
}

/// The record as CSV, in one line without its end unless a text has line breaks.
template <HasFields T>
std::string csv_line(const T& record, char delimiter = ',') {
  std::string line;
  bool is_first = true;
  for_each_field(record, [&]<class Part>(std::string_view, const Part& value) {
    if (!std::exchange(is_first, false)) line += delimiter;
    CsvOf<Part>::write(line, delimiter, value);
  });
  if (line.empty()) line = "\"\"";  // a line that is empty would be skipped
  return line;
}

/// The line that names the columns.
template <HasFields T>
std::string csv_header(char delimiter = ',') {
  std::string line;
  for (const CsvColumn& column : kCsvColumns<T>) {
    if (!line.empty()) line += delimiter;
    write_csv(line, delimiter, column.name);
  }
  return line;
}

}  // namespace bask
