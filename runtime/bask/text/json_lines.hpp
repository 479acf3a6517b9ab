// json_lines.hpp: records of JSON, one in each line, through simdjson.
// Runs on: every rank. Threads: one for each reader.
#pragma once

#include <bask/text/json_of.hpp>
#include <bask/text/records.hpp>

#include <memory>
#include <vector>

namespace bask {

struct JsonOptions {
  Errors errors = Errors::kRaise;
};

/// What a JsonLines has to know of the type of its records.
struct JsonRecordType {
  bool (*read)(JsonValue& from, void* record);
  void (*reset)(void* record);
};

template <JsonReadable T>
inline constexpr JsonRecordType kJsonRecord = {
    [](JsonValue& from, void* record) { return JsonOf<T>::read(from, *static_cast<T*>(record)); },
    [](void* record) { *static_cast<T*>(record) = T(); }};

/// Reads a stretch record by record. Empty lines are skipped. Of fields that no structure names only the
/// brackets and quotes are looked at.
class JsonLines {
 public:
  explicit JsonLines(const TextStretch& stretch, const JsonOptions& options = {},
                     std::string_view call = "read_json");
  ~JsonLines();
  JsonLines(JsonLines&&) noexcept;
  JsonLines& operator=(JsonLines&&) noexcept;

  /// Fills `record`, which is a new object of the type. False at the end of the stretch.
  /// Throws: Error for a bad record, when it is not to be skipped, and when the file cannot be read.
  bool next(void* record, const JsonRecordType& type);
  const RecordCount& count() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

/// Calls `take(T&&)` for each record of the stretch. Returns how many there were, good and skipped.
template <JsonReadable T, class F>
RecordCount for_each_json(const TextStretch& stretch, const JsonOptions& options, F&& take) {
  JsonLines lines(stretch, options);
  for (;;) {
    T record{};
    if (!lines.next(&record, kJsonRecord<T>)) return lines.count();
    take(std::move(record));
  }
}

template <JsonReadable T>
std::vector<T> read_json_lines(const TextStretch& stretch, const JsonOptions& options = {}) {
  std::vector<T> records;
  for_each_json<T>(stretch, options, [&](T&& record) { records.push_back(std::move(record)); });
  return records;
}

/// The record as JSON, in one line without its end.
template <JsonWritable T>
std::string json_line(const T& record) {
  std::string line;
  JsonOf<T>::write(line, record);
  return line;
}

}  // namespace bask
