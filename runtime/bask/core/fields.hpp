// fields.hpp: the names of a structure's fields, given once: for JSON, for CSV, and for going to other ranks.
// Runs on: the compiler, mostly. Threads: any.
//
//   struct Person {
//     std::string name;
//     int age = 0;
//     std::optional<std::string> occupation;
//     static constexpr auto fields =
//         bask::fields("name", &Person::name, "age", &Person::age, "occupation", &Person::occupation);
//   };
//
// For a type that cannot be changed, outside of all namespaces:
//
//   template <>
//   inline constexpr auto bask::fields_of<geo::Point> = bask::fields("x", &geo::Point::x, "y",
//   &geo::Point::y);
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace bask {

template <class S, class T>
struct Field {
  std::string_view name;
  T S::*member;
};

/// What fields() returns.
template <class... Fs>
struct Fields {
  std::tuple<Fs...> all;
  static constexpr std::size_t kCount = sizeof...(Fs);
};

namespace field_lists {

template <class S, class T>
constexpr Field<S, T> one(std::string_view name, T S::*member) {
  return {name, member};
}
template <class... Fs>
constexpr Fields<Fs...> list(const Fs&... each) {
  return {std::tuple<Fs...>(each...)};
}

template <class T>
inline constexpr bool is_list = false;
template <class... Fs>
inline constexpr bool is_list<Fields<Fs...>> = true;

template <class T>
concept NamesItsFields = std::is_class_v<T> && is_list<std::remove_cvref_t<decltype(T::fields)>>;

struct None {};
template <class T>
constexpr auto in_class() {
  if constexpr (NamesItsFields<T>) {
    return T::fields;
  } else {
    return None();
  }
}

}  // namespace field_lists

/// Names and members in turn: fields("x", &Point::x, "y", &Point::y).
template <class... As>
constexpr auto fields(const As&... names_and_members) {
  static_assert(sizeof...(As) > 0 && sizeof...(As) % 2 == 0,
                "bask::fields: give each field's name and its member: fields(\"x\", &Point::x)");
  const std::tuple<const As&...> given(names_and_members...);
  return [&given]<std::size_t... I>(std::index_sequence<I...>) {
    return field_lists::list(field_lists::one(std::get<2 * I>(given), std::get<2 * I + 1>(given))...);
  }
  (std::make_index_sequence<sizeof...(As) / 2>());
}

/// To be specialised for a type without a static member `fields`.
template <class T>
inline constexpr auto fields_of = field_lists::in_class<T>();

template <class T>
concept HasFields =
    std::is_class_v<T> && field_lists::is_list<std::remove_cvref_t<decltype(fields_of<std::remove_cv_t<T>>)>>;

/// Calls `call(name, member)` for each field, in the order in which they were named.
template <class S, class F>
requires HasFields<std::remove_cv_t<S>>
constexpr void for_each_field(S& structure, F&& call) {
  std::apply([&](const auto&... field) { (call(field.name, structure.*field.member), ...); },
             fields_of<std::remove_cv_t<S>>.all);
}

}  // namespace bask
