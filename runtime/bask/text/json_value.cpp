#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/text/json_value.hpp>
#include <bask/text/simdjson_value.hpp>

#include <cmath>

namespace bask {
namespace {

namespace od = simdjson::ondemand;

bool read_number(JsonValue& from, Json& to) {
  od::number number;
  if (from.value.get_number().get(number)) {
    std::int64_t integer = 0;
    if (!read_json_integer(from, INT64_MIN, INT64_MAX, integer)) {
      if (!from.reading.mistake.ends_with("is not an integer")) return false;
    }
    double value = 0;
    return read_json(from, value);
  }
  if (number.is_int64()) {
    to = number.get_int64();
  } else if (number.is_uint64()) {
    to = number.get_uint64();
  } else {
    to = number.get_double();
  }
  return true;
}

}  // namespace

bool read_json(JsonValue& from, Json& to) {
  od::json_type type;
  if (from.value.type().get(type)) return from.refuse({});
  switch (type) {
    case od::json_type::array:
      to = Json::array();
      return read_json_array(from, &to, [](JsonValue& element, void* list) {
        return read_json(element, static_cast<Json*>(list)->emplace_back());
      });
    case od::json_type::object:
      to = Json::object();
      return read_json_members(from, &to, [](JsonValue& member, std::string_view name, void* map) {
        return read_json(member, (*static_cast<Json*>(map))[std::string(name)]);
      });
    case od::json_type::number:
      return read_number(from, to);
    case od::json_type::string:
      to = Json::string_t();
      return read_json(from, to.get_ref<Json::string_t&>());
    case od::json_type::boolean: {
      bool value = false;
      if (!read_json(from, value)) return false;
      to = value;
      return true;
    }
    case od::json_type::null:
      break;
  }
  to = nullptr;
  return is_null(from) || from.refuse({});
}

void write_json(std::string& to, const Json& value) {
  try {
    to += value.dump();
  } catch (const Json::type_error&) {
    throw Error("to_json", "there is a string that is not UTF-8",
                "JSON is UTF-8: convert the string first, or write it as text");
  }
}

}  // namespace bask
