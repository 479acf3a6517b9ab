// json_values.hpp: how values are read from JSON and written to it, without the parser's header.
// Runs on: every rank. Threads: each JsonValue belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bask {

/// A value in a record that is being read. It is read once, by one of the functions below, which return false
/// when it is not what they want: then the record is bad, and reading it ends.
class JsonValue;

bool is_null(JsonValue& from);
bool read_json(JsonValue& from, bool& to);
bool read_json(JsonValue& from, double& to);  ///< null is NaN
bool read_json(JsonValue& from, std::string& to);
/// Refuse a number with a fraction or an exponent, and one out of range.
bool read_json_integer(JsonValue& from, std::int64_t least, std::int64_t most, std::int64_t& to);
bool read_json_integer(JsonValue& from, std::uint64_t most, std::uint64_t& to);
/// Call `element(value, list)` for each element of an array.
bool read_json_array(JsonValue& from, void* list, bool (*element)(JsonValue&, void* list));
/// Calls `element(value, name, map)` for each member of an object.
bool read_json_members(JsonValue& from, void* map,
                       bool (*member)(JsonValue&, std::string_view name, void* map));
/// Says why a value is bad, for types of users: `return refuse_json(from, "this is no date")`.
bool refuse_json(JsonValue& from, std::string happened);

inline constexpr std::size_t kMostJsonFields = 256;
/// One field of a structure, in tables that the compiler makes.
struct JsonField {
  std::string_view name;
  bool may_be_absent;
  bool (*read)(JsonValue& from, void* structure);
};
/// Fields that the table does not name are ignored, without looking at them; of two of one name the last
/// counts.
bool read_json_structure(JsonValue& from, void* structure, std::span<const JsonField> fields);

// They append to `to`.
void write_json(std::string& to, bool value);
void write_json(std::string& to, std::int64_t value);
void write_json(std::string& to, std::uint64_t value);
void write_json(std::string& to, double value);  ///< the shortest that reads back the same; NaN is null
void write_json(std::string& to, float value);
/// Throws: Error when the text is not UTF-8.
void write_json(std::string& to, std::string_view text);

}  // namespace bask
