// csv_of.hpp: how each C++ type stands in a field of CSV, and how structures are records of them.
// Runs on: every rank. Threads: any.
// A type of the user's own has a CsvOf, with functions such as those of CsvOf<bool>.
#pragma once

#include <bask/core/fields.hpp>
#include <bask/core/serializable.hpp>
#include <bask/text/csv_values.hpp>

#include <array>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace bask {

template <class T>
struct CsvOf;

/// Types that stand in one field.
template <class T>
concept CsvReadable = std::default_initializable<T> && requires(CsvValue& from, T& to) {
  { CsvOf<T>::read(from, to) } -> std::same_as<bool>;
};
template <class T>
concept CsvWritable = requires(std::string& to, const T& value) {
  CsvOf<T>::write(to, ',', value);
};

template <>
struct CsvOf<bool> {
  static bool read(CsvValue& from, bool& to) { return read_csv(from, to); }
  static void write(std::string& to, char delimiter, bool value) { write_csv(to, delimiter, value); }
};

template <class T>
requires(std::integral<T> && !std::same_as<T, bool>) struct CsvOf<T> {
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  static bool read(CsvValue& from, T& to) {
    using Limits = std::numeric_limits<T>;
    Wide value = 0;
    if constexpr (std::is_signed_v<T>) {
      if (!read_csv_integer(from, Limits::min(), Limits::max(), value)) return false;
    } else {
      if (!read_csv_integer(from, Limits::max(), value)) return false;
    }
    to = static_cast<T>(value);
    return true;
  }
  static void write(std::string& to, char delimiter, T value) {
    write_csv(to, delimiter, static_cast<Wide>(value));
  }
};

template <class T>
requires(std::same_as<T, double> || std::same_as<T, float>) struct CsvOf<T> {
  static bool read(CsvValue& from, T& to) { return read_csv(from, to); }
  static void write(std::string& to, char delimiter, T value) { write_csv(to, delimiter, value); }
};

template <>
struct CsvOf<std::string> {
  static bool read(CsvValue& from, std::string& to) { return read_csv(from, to); }
  static void write(std::string& to, char delimiter, const std::string& value) {
    write_csv(to, delimiter, std::string_view(value));
  }
};

/// A field without any text is nothing; an empty string has quotes.
template <class T>
struct CsvOf<std::optional<T>> {
  static bool read(CsvValue& from, std::optional<T>& to) requires CsvReadable<T> {
    if (!from.is_absent()) return CsvOf<T>::read(from, to.emplace());
    to.reset();
    return true;
  }
  static void write(std::string& to, char delimiter, const std::optional<T>& value) requires CsvWritable<T> {
    if (value) CsvOf<T>::write(to, delimiter, *value);
  }
};

/// A column that is read, in tables that the compiler makes.
struct CsvColumn {
  std::string_view name;
  bool may_be_absent;
  bool (*read)(CsvValue& from, void* record);
};

namespace csv {

template <class T, std::size_t I>
constexpr CsvColumn column_of_field() {
  constexpr auto named = std::get<I>(fields_of<T>.all);
  using Part = std::remove_cvref_t<decltype(std::declval<T&>().*named.member)>;
  return {named.name, serialization::is_optional<Part>, [](CsvValue& from, void* record) {
            constexpr auto member = std::get<I>(fields_of<T>.all).member;
            return CsvOf<Part>::read(from, static_cast<T*>(record)->*member);
          }};
}

}  // namespace csv

/// The columns of a structure: those of its fields' names.
template <HasFields T>
inline constexpr auto kCsvColumns = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{csv::column_of_field<T, I>()...};
}
(std::make_index_sequence<std::remove_cvref_t<decltype(fields_of<T>)>::kCount>());

}  // namespace bask
