// held_bytes.hpp: the memory that a value of any type holds.
// Runs on: every rank. Threads: any; the value must not change meanwhile.
// Containers count what they have allocated, used or not, as glibc's malloc and libstdc++ lay it out.
#pragma once

#include <bask/core/serialization.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <vector>

namespace bask {

namespace held {

template <class T>
concept TellsItself = requires(const T& value) {
  { value.held_bytes() } -> std::convertible_to<std::size_t>;
};

/// What malloc takes for so many bytes. Of large allocations, what it adds does not matter.
constexpr std::size_t allocated(std::size_t bytes) {
  constexpr std::size_t kLeast = 24, kHead = 8, kStep = 16, kSmall = 64;
  if (bytes == 0 || bytes >= kSmall) return bytes;
  return bytes <= kLeast ? kLeast : (bytes + kHead + kStep - 1) / kStep * kStep - kHead;
}
/// Of elements that lie in nodes of their own, each with so many pointers or words beside it.
constexpr std::size_t in_nodes(std::size_t count, std::size_t element, std::size_t words) {
  constexpr std::size_t kWord = sizeof(void*);
  return count * allocated((element + kWord - 1) / kWord * kWord + words * kWord);
}
/// A deque has pieces of 512 bytes, or of one element, and a map of pointers to them.
constexpr std::size_t in_pieces(std::size_t count, std::size_t element) {
  constexpr std::size_t kPiece = 512, kLeastMap = 8;
  const std::size_t each = element < kPiece ? kPiece / element : 1, pieces = count / each + 1;
  return pieces * allocated(each * element) + std::max(kLeastMap, pieces + 2) * sizeof(void*);
}
/// A short string lies in its object.
inline bool lies_within(const void* data, const void* object, std::size_t bytes) {
  const std::less<const void*> before;
  return !before(data, object) && before(data, static_cast<const std::byte*>(object) + bytes);
}

/// What the container has allocated for its elements themselves.
template <Container T>
std::size_t of_container(const T& value) {
  using Element = typename T::value_type;
  constexpr std::size_t kElement = sizeof(Element);
  if constexpr (std::same_as<T, std::vector<bool>>) {
    return allocated(value.capacity() / 8);
  } else if constexpr (requires { value.c_str(); }) {
    return lies_within(value.data(), &value, sizeof(T)) ? 0 : allocated((value.capacity() + 1) * kElement);
  } else if constexpr (requires { value.capacity(); }) {
    return allocated(value.capacity() * kElement);
  } else if constexpr (UnorderedContainer<T>) {
    // A single bucket lies in the object; nodes keep the hash unless it is quick to compute.
    constexpr bool kKeepsHash = !std::is_scalar_v<typename T::key_type>;
    const std::size_t buckets = value.bucket_count() > 1 ? value.bucket_count() * sizeof(void*) : 0;
    return allocated(buckets) + in_nodes(value.size(), kElement, kKeepsHash ? 2 : 1);
  } else if constexpr (requires { typename T::key_type; }) {
    return in_nodes(value.size(), kElement, 4);
  } else if constexpr (requires { value[0]; }) {
    return in_pieces(value.size(), kElement);
  } else {
    return in_nodes(value.size(), kElement, 2);
  }
}

template <class... Ts>
constexpr bool all_known(std::type_identity<std::tuple<Ts...>>);
template <class... Ts>
constexpr bool all_known(std::type_identity<std::variant<Ts...>>);
template <class... Ss, class... Ts>
constexpr bool fields_known(std::type_identity<const Fields<Field<Ss, Ts>...>>);

}  // namespace held

/// Whether held_bytes() can say what a value of this type holds. Otherwise it counts as its encoded size.
template <class T>
constexpr bool tells_held_bytes() {
  using namespace serialization;
  if constexpr (std::is_const_v<T>) {
    return tells_held_bytes<std::remove_const_t<T>>();
  } else if constexpr (held::TellsItself<T> || CopiedWhole<T> || OneStretch<T>) {
    return true;
  } else if constexpr (Container<T> || is_array<T> || is_optional<T>) {
    return tells_held_bytes<typename T::value_type>();
  } else if constexpr (is_pair<T>) {
    return tells_held_bytes<typename T::first_type>() && tells_held_bytes<typename T::second_type>();
  } else if constexpr (is_tuple<T> || is_variant<T>) {
    return held::all_known(std::type_identity<T>());
  } else if constexpr (ByFields<T>) {
    return held::fields_known(std::type_identity<decltype(fields_of<T>)>());
  } else {
    return false;
  }
}
template <class... Ts>
constexpr bool held::all_known(std::type_identity<std::tuple<Ts...>>) {
  return (tells_held_bytes<Ts>() && ...);
}
template <class... Ts>
constexpr bool held::all_known(std::type_identity<std::variant<Ts...>>) {
  return (tells_held_bytes<Ts>() && ...);
}
template <class... Ss, class... Ts>
constexpr bool held::fields_known(std::type_identity<const Fields<Field<Ss, Ts>...>>) {
  return (tells_held_bytes<Ts>() && ...);
}

/// The bytes that a value holds outside of itself, for the memory limit. A user's type that holds memory has
/// a member `std::size_t held_bytes() const`; without one it is encoded to see how large it is.
template <class T>
std::size_t held_bytes(const T& value) {
  if constexpr (held::TellsItself<T>) {
    return value.held_bytes();
  } else if constexpr (CopiedWhole<T>) {
    return 0;
  } else if constexpr (OneStretch<T>) {
    if constexpr (requires { value.stretch().capacity(); }) {
      return held::allocated(value.stretch().capacity());
    } else {
      return value.stretch().size();
    }
  } else if constexpr (Container<T>) {
    using Element = typename T::value_type;
    std::size_t bytes = held::of_container(value);
    if constexpr (!CopiedWhole<Element>) {
      for (const Element& element : value) bytes += held_bytes(element);
    }
    return bytes;
  } else if constexpr (serialization::is_pair<T>) {
    return held_bytes(value.first) + held_bytes(value.second);
  } else if constexpr (serialization::is_tuple<T> || serialization::is_array<T>) {
    return std::apply([](const auto&... parts) { return (held_bytes(parts) + ... + std::size_t{0}); }, value);
  } else if constexpr (serialization::is_optional<T>) {
    return value ? held_bytes(*value) : 0;
  } else if constexpr (serialization::is_variant<T>) {
    return std::visit([](const auto& held) { return held_bytes(held); }, value);
  } else if constexpr (serialization::ByFields<T>) {
    std::size_t bytes = 0;
    for_each_field(value, [&bytes](auto, const auto& field) { bytes += held_bytes(field); });
    return bytes;
  } else if constexpr (serialization::HasArchives<T>) {
    return serialization::ByBoost<T>::encoded_bytes(value);
  } else {
    return 0;
  }
}

}  // namespace bask
