// checked_json.hpp: members of a JSON text that nobody vouches for: each access names what is missing or
// of another type.
// Runs on: a login node. Threads: any; pure functions.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace top {

/// A value and the way to it, such as layers[3].done. The JSON outlives it.
class CheckedJson {
 public:
  CheckedJson(const nlohmann::json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  // All throw bask::Error.
  CheckedJson member(const char* name) const;
  std::optional<CheckedJson> member_if_there(const char* name) const;  ///< nothing for null, too
  bool is_null() const { return value_->is_null(); }
  double number() const;         ///< of at most 1e18
  double positive() const;       ///< a number from 0 on
  std::uint64_t count() const;   ///< a whole number from 0 on
  std::int64_t integer() const;  ///< a whole number
  std::string text() const;      ///< made safe for a terminal

  std::optional<double> number_or_null() const;
  std::optional<std::uint64_t> count_or_null() const;
  std::string text_or_null() const;  ///< empty for null

  void for_each(const std::function<void(const CheckedJson&)>& visit) const;  ///< of a list

 private:
  [[noreturn]] void refuse(const char* expected) const;

  const nlohmann::json* value_;
  std::string path_;
};

/// Throws: bask::Error when it is no JSON. `is_left_out`: members by name that are not kept, as nothing reads
/// them.
nlohmann::json parse_json(std::string_view text, const std::function<bool(const std::string&)>& is_left_out);

}  // namespace top
