#include "checked_json.hpp"

#include "terminal_text.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>

#include <cmath>
#include <limits>

namespace top {

using Json = nlohmann::json;

namespace {

constexpr double kMostNumber = 1e18;  // products of some of them are finite
constexpr const char* kFix = "show another job, or wait until the file is written again";

const char* name_of(Json::value_t type) {
  switch (type) {
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a text";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::null:
      return "null";
    case Json::value_t::number_float:
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "another number";
    default:
      return "something else";
  }
}

}  // namespace

void CheckedJson::refuse(const char* expected) const {
  throw bask::Error("", fmt::format("{} is {}, not {}", path_, name_of(value_->type()), expected), kFix);
}

CheckedJson CheckedJson::member(const char* name) const {
  if (!value_->is_object()) refuse("an object");
  std::string path = path_.empty() ? std::string(name) : path_ + '.' + name;
  const auto found = value_->find(name);
  if (found == value_->end()) throw bask::Error("", fmt::format("{} is missing", path), kFix);
  return {*found, std::move(path)};
}

std::optional<CheckedJson> CheckedJson::member_if_there(const char* name) const {
  if (!value_->is_object() || !value_->contains(name)) return std::nullopt;
  const CheckedJson found = member(name);
  return found.is_null() ? std::nullopt : std::optional(found);
}

double CheckedJson::number() const {
  if (!value_->is_number()) refuse("a number");
  const double number = value_->get<double>();
  if (!(std::abs(number) <= kMostNumber)) refuse("a number of that size");
  return number;
}

double CheckedJson::positive() const {
  const double value = number();
  if (value < 0) refuse("a number from 0 on");
  return value;
}

std::uint64_t CheckedJson::count() const {
  if (!value_->is_number_unsigned()) refuse("a whole number from 0 on");
  return value_->get<std::uint64_t>();
}

std::int64_t CheckedJson::integer() const {
  if (!value_->is_number_integer()) refuse("a whole number");
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    refuse("a whole number of 63 bits");
  return value_->get<std::int64_t>();
}

std::string CheckedJson::text() const {
  if (!value_->is_string()) refuse("a text");
  return safe_text(value_->get_ref<const std::string&>());
}

std::optional<double> CheckedJson::number_or_null() const {
  return is_null() ? std::nullopt : std::optional(number());
}

std::optional<std::uint64_t> CheckedJson::count_or_null() const {
  return is_null() ? std::nullopt : std::optional(count());
}

std::string CheckedJson::text_or_null() const {
  return is_null() ? std::string() : text();
}

void CheckedJson::for_each(const std::function<void(const CheckedJson&)>& visit) const {
  if (!value_->is_array()) refuse("a list");
  std::size_t number = 0;
  for (const Json& element : *value_) visit({element, fmt::format("{}[{}]", path_, number++)});
}

Json parse_json(std::string_view text, const std::function<bool(const std::string&)>& is_left_out) {
  const Json::parser_callback_t keep = [&](int, Json::parse_event_t event, Json& parsed) {
    return event != Json::parse_event_t::key || !is_left_out(parsed.get_ref<const std::string&>());
  };
  try {
    return Json::parse(text, keep);
  } catch (const Json::parse_error& error) {
    const bool is_cut = error.byte > text.size();
    throw bask::Error("",
                      is_cut ? "it ends in the middle: it was cut"
                             : fmt::format("it is no JSON, from byte {} on", error.byte),
                      kFix);
  } catch (const Json::exception&) {
    throw bask::Error("", "it is no JSON: a number in it is too large", kFix);
  }
}

}  // namespace top
