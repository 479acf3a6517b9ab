// serializable.hpp: which types can go to another rank, as a concept, so that errors are readable.
// Runs on: the compiler only.
#pragma once

#include <bask/core/fields.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace bask {

/// Say `template <> inline constexpr bool bask::serialized_by_boost<MyType> = true;` for a type whose
/// `serialize` function stands outside the class.
template <class T>
inline constexpr bool serialized_by_boost = false;

template <class T>
inline constexpr bool is_view = std::is_pointer_v<T> || std::is_same_v<T, std::nullptr_t>;
template <class Char, class Traits>
inline constexpr bool is_view<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;
template <class T>
inline constexpr bool is_view<std::reference_wrapper<T>> = true;
template <class T>
inline constexpr bool is_view<std::initializer_list<T>> = true;
template <class T, std::size_t N>
inline constexpr bool is_view<std::array<T, N>> = is_view<T>;

/// Types with bytes that are not part of the value: those of an empty optional, or of a variant's larger
/// alternatives. They hold whatever was there before.
template <class T>
inline constexpr bool has_idle_bytes = false;
template <class T>
inline constexpr bool has_idle_bytes<std::optional<T>> = true;
template <class... Ts>
inline constexpr bool has_idle_bytes<std::variant<Ts...>> = true;
template <class T, std::size_t N>
inline constexpr bool has_idle_bytes<std::array<T, N>> = has_idle_bytes<T>;

/// Copied whole: the bytes of the object are the value.
template <class T>
concept CopiedWhole = std::is_trivially_copyable_v<T> && !is_view<T> && !has_idle_bytes<T>;

/// Standard containers that grow by `insert`: vector, string, list, deque, map, set and their kin.
template <class T>
concept Container = requires(T c, typename T::value_type v) {
  c.insert(c.end(), std::move(v));
  c.clear();
  { c.size() } -> std::convertible_to<std::size_t>;
};
template <class T>
concept UnorderedContainer = Container<T> && requires {
  typename T::hasher;
};

/// Classes that keep all they hold in one stretch of bytes, which goes from rank to rank as it is. Their
/// member `stretch()` returns the container of these bytes; `check()` throws Error when the bytes that have
/// arrived in it are no valid object.
template <class T>
concept OneStretch = requires(T object, const T constant, std::size_t bytes) {
  object.stretch().reserve(bytes);
  object.stretch().resize(bytes);
  { object.stretch().data() } -> std::same_as<std::byte*>;
  { constant.stretch().data() } -> std::same_as<const std::byte*>;
  { constant.stretch().size() } -> std::same_as<std::size_t>;
  constant.check();
};

namespace serialization {

// A class has a member `serialize`, even a private one, when inheriting a second makes the name ambiguous.
struct HasOne {
  int serialize;
};
template <class T>
struct WithASecond : T, HasOne {};
template <class T>
concept HasNoSerializeMember = requires {
  &WithASecond<T>::serialize;
};
template <class T>
concept HasSerializeMember = std::is_class_v<T> && !std::is_final_v<T> && !HasNoSerializeMember<T>;

/// Types whose fields are named, without other ways to go to another rank.
template <class T>
concept ByFields = HasFields<T> && !CopiedWhole<T> && !OneStretch<T> && !Container<T> &&
                   !HasSerializeMember<T> && !serialized_by_boost<T>;

template <class T>
struct Check : std::bool_constant<HasSerializeMember<T> || serialized_by_boost<T>> {};
template <class... Fs>
struct CheckFields;
template <class... Ss, class... Ts>
struct CheckFields<const Fields<Field<Ss, Ts>...>> : std::conjunction<Check<Ts>...> {};
template <ByFields T>
struct Check<T> : CheckFields<decltype(fields_of<T>)> {};
template <CopiedWhole T>
struct Check<T> : std::true_type {};
template <OneStretch T>
struct Check<T> : std::true_type {};
template <class T>
requires is_view<T>
struct Check<T> : std::false_type {
};
template <class A, class B>
requires(!CopiedWhole<std::pair<A, B>>) struct Check<std::pair<A, B>>
    : std::bool_constant<Check<std::remove_const_t<A>>::value && Check<B>::value> {
};
template <class... Ts>
requires(!CopiedWhole<std::tuple<Ts...>>) struct Check<std::tuple<Ts...>> : std::conjunction<Check<Ts>...> {
};
template <class... Ts>
requires(!CopiedWhole<std::variant<Ts...>>) struct Check<std::variant<Ts...>>
    : std::conjunction<Check<Ts>...> {
};
template <class T, std::size_t N>
requires(!CopiedWhole<std::array<T, N>>) struct Check<std::array<T, N>> : Check<T> {
};
template <class T>
requires(!CopiedWhole<std::optional<T>>) struct Check<std::optional<T>> : Check<T> {
};
template <Container T>
requires(!CopiedWhole<T>) struct Check<T> : Check<typename T::value_type> {
};

}  // namespace serialization

/// What may be an argument, a constant or a result of a task: it can go to another rank.
template <class T>
concept Serializable = serialization::Check<T>::value;

namespace serialization {

template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace serialization

}  // namespace bask
