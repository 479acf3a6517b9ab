#include <fmt/format.h>
#include <bask/text/json_values.hpp>
#include <bask/text/simdjson_value.hpp>

#include <array>
#include <bitset>
#include <cstring>
#include <limits>
#include <optional>

namespace bask {
namespace {

namespace od = simdjson::ondemand;

// One level deeper, as long as it lives.
class Deeper {
 public:
  explicit Deeper(JsonValue& value) : depth_(value.reading.depth) {
    is_good_ = ++depth_ <= JsonReading::kMostDepth ||
               value.refuse(fmt::format("brackets are nested deeper than {}", JsonReading::kMostDepth));
  }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  bool is_good() const { return is_good_; }

 private:
  int& depth_;
  bool is_good_;
};

const char* name_of(od::json_type type) {
  switch (type) {
    case od::json_type::array:
      return "an array";
    case od::json_type::object:
      return "an object";
    case od::json_type::number:
      return "a number";
    case od::json_type::string:
      return "a string";
    case od::json_type::boolean:
      return "a boolean";
    case od::json_type::null:
      break;
  }
  return "null";
}

// Refuses a number: what is there may be another type, no integer, or out of range.
bool refuse_integer(JsonValue& from, const std::string& range) {
  od::json_type type;
  if (from.value.type().get(type) || type != od::json_type::number) return from.refuse_type("an integer");
  const std::string_view token = from.value.raw_json_token();
  const std::string_view number = token.substr(0, token.find_first_not_of("+-.eE0123456789"));
  if (number.find_first_of(".eE") != std::string_view::npos) {
    return from.refuse(fmt::format("{} is not an integer", number.substr(0, 40)));
  }
  if (number.find_first_not_of('-') == std::string_view::npos) return from.refuse({});
  const std::string_view digits = number.substr(number.front() == '-' ? 1 : 0);
  if (digits.front() == '0' && digits.size() > 1) return from.refuse({});  // this is no JSON
  return from.refuse(fmt::format("{} is out of the range {}", number.substr(0, 40), range));
}

// Whether the key, as it stands in the text behind its quote, is this name. A name with a backslash or a
// quote is never found so.
bool is_key(const char* raw, const char* limit, std::string_view name) {
  return static_cast<std::size_t>(limit - raw) > name.size() && raw[name.size()] == '"' &&
         std::memcmp(raw, name.data(), name.size()) == 0 &&
         std::memchr(name.data(), '\\', name.size()) == nullptr;
}

std::optional<std::size_t> find_field(std::span<const JsonField> fields, std::size_t first, const char* raw,
                                      const char* limit) {
  for (std::size_t i = first; i < fields.size(); ++i) {
    if (is_key(raw, limit, fields[i].name)) return i;
  }
  for (std::size_t i = 0; i < first; ++i) {
    if (is_key(raw, limit, fields[i].name)) return i;
  }
  return std::nullopt;
}

// The same for a key with escapes.
std::optional<std::size_t> find_escaped(std::span<const JsonField> fields, std::string_view key) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == key) return i;
  }
  return std::nullopt;
}

// Whether a backslash comes before the key's closing quote.
bool has_escapes(const char* raw, const char* limit) {
  while (raw < limit && *raw != '"' && *raw != '\\') ++raw;
  return raw < limit && *raw == '\\';
}

bool read_field(JsonValue& value, void* structure, const JsonField& field) {
  if (field.read(value, structure)) return true;
  std::string& path = value.reading.field;
  path.insert(0, std::string(field.name) + (path.empty() ? "" : "."));
  return false;
}

bool refuse_absent(JsonValue& from, std::span<const JsonField> fields,
                   const std::bitset<kMostJsonFields>& seen) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!seen[i] && !fields[i].may_be_absent) {
      return from.refuse(fmt::format("there is no field '{}'", fields[i].name));
    }
  }
  return true;
}

}  // namespace

bool JsonValue::refuse_type(std::string_view wanted) {
  od::json_type type;
  if (value.type().get(type)) return refuse({});
  const std::string_view token = value.raw_json_token();
  if (type == od::json_type::null && !token.starts_with("null")) return refuse({});
  if (type == od::json_type::boolean && !token.starts_with("true") && !token.starts_with("false"))
    return refuse({});
  const std::string_view found = name_of(type);
  return refuse(found == wanted ? "" : fmt::format("there is {} where {} is wanted", found, wanted));
}

bool refuse_json(JsonValue& from, std::string happened) {
  return from.refuse(std::move(happened));
}

bool is_null(JsonValue& from) {
  bool is = false;
  return !from.value.is_null().get(is) && is;
}

bool read_json(JsonValue& from, bool& to) {
  return !from.value.get_bool().get(to) || from.refuse_type("a boolean");
}

bool read_json(JsonValue& from, double& to) {
  if (!from.value.get_double().get(to)) return true;
  if (is_null(from)) {
    to = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  od::json_type type;
  if (from.value.type().get(type) || type != od::json_type::number) return from.refuse_type("a number");
  const std::string_view token = from.value.raw_json_token();
  const std::string_view number = token.substr(0, token.find_first_not_of("+-.eE0123456789"));
  const bool is_large = number.size() > 300 || number.find_first_of("eE") != std::string_view::npos;
  return from.refuse(is_large ? fmt::format("{} is too large for a double", number.substr(0, 40)) : "");
}

bool read_json(JsonValue& from, std::string& to) {
  std::string_view text;
  if (from.value.get_string().get(text)) return from.refuse_type("a string");
  to.assign(text);
  return true;
}

bool read_json_integer(JsonValue& from, std::int64_t least, std::int64_t most, std::int64_t& to) {
  if (!from.value.get_int64().get(to) && to >= least && to <= most) return true;
  return refuse_integer(from, fmt::format("{} to {}", least, most));
}

bool read_json_integer(JsonValue& from, std::uint64_t most, std::uint64_t& to) {
  if (!from.value.get_uint64().get(to) && to <= most) return true;
  return refuse_integer(from, fmt::format("0 to {}", most));
}

bool read_json_array(JsonValue& from, void* list, bool (*element)(JsonValue&, void* list)) {
  const Deeper deeper(from);
  if (!deeper.is_good()) return false;
  od::array array;
  if (from.value.get_array().get(array)) return from.refuse_type("an array");
  for (auto each : array) {
    od::value value;
    if (each.get(value)) return from.refuse({});
    JsonValue one(value, from.reading);
    if (!element(one, list)) return false;
  }
  return true;
}

bool read_json_members(JsonValue& from, void* map,
                       bool (*member)(JsonValue&, std::string_view name, void* map)) {
  const Deeper deeper(from);
  if (!deeper.is_good()) return false;
  od::object object;
  if (from.value.get_object().get(object)) return from.refuse_type("an object");
  for (auto each : object) {
    std::string_view name;
    od::value value;
    if (each.unescaped_key().get(name) || each.value().get(value)) return from.refuse({});
    JsonValue one(value, from.reading);
    if (!member(one, name, map)) return false;
  }
  return true;
}

bool read_json_structure(JsonValue& from, void* structure, std::span<const JsonField> fields) {
  const Deeper deeper(from);
  if (!deeper.is_good()) return false;
  od::object object;
  if (from.value.get_object().get(object)) return from.refuse_type("an object");
  std::bitset<kMostJsonFields> seen;
  std::size_t expected = 0, count = 0;
  for (auto each : object) {
    od::raw_json_string key;
    if (each.key().get(key)) return from.refuse({});
    auto found = find_field(fields, expected, key.raw(), from.reading.limit);
    if (!found && has_escapes(key.raw(), from.reading.limit)) {
      std::string_view name;
      if (each.unescaped_key().get(name)) return from.refuse({});
      found = find_escaped(fields, name);
    }
    if (!found) continue;
    od::value value;
    if (each.value().get(value)) return from.refuse({});
    JsonValue one(value, from.reading);
    if (!read_field(one, structure, fields[*found])) return false;
    count += seen[*found] ? 0 : 1;
    seen.set(*found);
    expected = *found + 1;
  }
  return count == fields.size() || refuse_absent(from, fields, seen);
}

}  // namespace bask
