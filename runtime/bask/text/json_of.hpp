// json_of.hpp: how each C++ type stands in JSON.
// Runs on: every rank. Threads: any.
// A type of the user's own is a structure with named fields (core/fields.hpp), or has a JsonOf:
//
//   template <>
//   struct bask::JsonOf<Date> {
//     static bool read(JsonValue& from, Date& to) {
//       std::string text;
//       if (!JsonOf<std::string>::read(from, text)) return false;
//       return to.parse(text) || refuse_json(from, "this is no date");
//     }
//     static void write(std::string& to, const Date& date) { write_json(to, std::string_view(date.text())); }
//   };
#pragma once

#include <bask/core/fields.hpp>
#include <bask/core/serializable.hpp>
#include <bask/text/json_values.hpp>

#include <array>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bask {

template <class T>
struct JsonOf;

template <class T>
concept JsonReadable = std::default_initializable<T> && requires(JsonValue& from, T& to) {
  { JsonOf<T>::read(from, to) } -> std::same_as<bool>;
};
template <class T>
concept JsonWritable = requires(std::string& to, const T& value) {
  JsonOf<T>::write(to, value);
};

template <>
struct JsonOf<bool> {
  static bool read(JsonValue& from, bool& to) { return read_json(from, to); }
  static void write(std::string& to, bool value) { write_json(to, value); }
};

template <class T>
requires(std::integral<T> && !std::same_as<T, bool>) struct JsonOf<T> {
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  static bool read(JsonValue& from, T& to) {
    using Limits = std::numeric_limits<T>;
    Wide value = 0;
    if constexpr (std::is_signed_v<T>) {
      if (!read_json_integer(from, Limits::min(), Limits::max(), value)) return false;
    } else {
      if (!read_json_integer(from, Limits::max(), value)) return false;
    }
    to = static_cast<T>(value);
    return true;
  }
  static void write(std::string& to, T value) { write_json(to, static_cast<Wide>(value)); }
};

template <std::floating_point T>
struct JsonOf<T> {
  static bool read(JsonValue& from, T& to) {
    double value = 0;
    if (!read_json(from, value)) return false;
    if constexpr (sizeof(T) < sizeof(double)) {
      constexpr double kMost = std::numeric_limits<T>::max();
      if (value > kMost || value < -kMost) return refuse_json(from, "the number is too large for its type");
    }
    to = static_cast<T>(value);
    return true;
  }
  static void write(std::string& to, T value) {
    write_json(to, static_cast<std::conditional_t<std::same_as<T, float>, float, double>>(value));
  }
};

template <>
struct JsonOf<std::string> {
  static bool read(JsonValue& from, std::string& to) { return read_json(from, to); }
  static void write(std::string& to, const std::string& value) { write_json(to, std::string_view(value)); }
};

/// null, or no such field, is nothing.
template <class T>
struct JsonOf<std::optional<T>> {
  static bool read(JsonValue& from, std::optional<T>& to) requires JsonReadable<T> {
    if (!is_null(from)) return JsonOf<T>::read(from, to.emplace());
    to.reset();
    return true;
  }
  static void write(std::string& to, const std::optional<T>& value) requires JsonWritable<T> {
    if (!value) {
      to += "null";
    } else {
      JsonOf<T>::write(to, *value);
    }
  }
};

template <class T, class A>
struct JsonOf<std::vector<T, A>> {
  static bool read(JsonValue& from, std::vector<T, A>& to) requires JsonReadable<T> {
    to.clear();
    return read_json_array(from, &to, [](JsonValue& element, void* list) {
      T value{};
      if (!JsonOf<T>::read(element, value)) return false;
      static_cast<std::vector<T, A>*>(list)->push_back(std::move(value));
      return true;
    });
  }
  static void write(std::string& to, const std::vector<T, A>& list) requires JsonWritable<T> {
    to += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) to += ',';
      JsonOf<T>::write(to, list[i]);
    }
    to += ']';
  }
};

/// Maps whose keys are strings.
template <class T>
concept JsonMap = std::same_as<T, std::map<std::string, typename T::mapped_type>> ||
    std::same_as<T, std::unordered_map<std::string, typename T::mapped_type>>;

template <JsonMap T>
struct JsonOf<T> {
  using Element = typename T::mapped_type;
  static bool read(JsonValue& from, T& to) requires JsonReadable<Element> {
    to.clear();
    return read_json_members(from, &to, [](JsonValue& member, std::string_view name, void* map) {
      Element value{};
      std::string key(name);  // reading the member invalidates the view
      if (!JsonOf<Element>::read(member, value)) return false;
      static_cast<T*>(map)->insert_or_assign(std::move(key), std::move(value));
      return true;
    });
  }
  static void write(std::string& to, const T& map) requires JsonWritable<Element> {
    char before = '{';
    for (const auto& [name, value] : map) {
      to += std::exchange(before, ',');
      write_json(to, std::string_view(name));
      to += ':';
      JsonOf<Element>::write(to, value);
    }
    to += before == '{' ? "{}" : "}";
  }
};

template <HasFields T>
struct JsonOf<T> {
  static bool read(JsonValue& from, T& to) {
    static constexpr auto kFields = table();  // not of the class: a structure may have itself in its fields
    return read_json_structure(from, &to, kFields);
  }
  static void write(std::string& to, const T& structure) {
    char before = '{';
    for_each_field(structure, [&]<class Part>(std::string_view name, const Part& value) {
      to += std::exchange(before, ',');
      write_json(to, name);
      to += ':';
      JsonOf<Part>::write(to, value);
    });
    to += '}';
  }

 private:
  template <std::size_t I>
  static constexpr JsonField field() {
    constexpr auto named = std::get<I>(fields_of<T>.all);
    using Part = std::remove_cvref_t<decltype(std::declval<T&>().*named.member)>;
    static_assert(
        JsonReadable<Part>,
        "bask: a field has a type that is not read from JSON: name its fields (bask::fields), or give it "
        "a bask::JsonOf");
    return {named.name, serialization::is_optional<Part>, [](JsonValue& from, void* structure) {
              constexpr auto member = std::get<I>(fields_of<T>.all).member;
              return JsonOf<Part>::read(from, static_cast<T*>(structure)->*member);
            }};
  }
  static constexpr auto table() {
    constexpr std::size_t kCount = std::remove_cvref_t<decltype(fields_of<T>)>::kCount;
    static_assert(kCount <= kMostJsonFields, "bask: a structure has too many fields to be read from JSON");
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return std::array{field<I>()...};
    }
    (std::make_index_sequence<kCount>());
  }
};

}  // namespace bask
