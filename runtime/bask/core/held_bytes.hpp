// held_bytes.hpp: the memory that a value of any type holds.
// Runs on: every rank. Threads: any; the value must not change meanwhile.
#pragma once

#include <bask/core/serialization.hpp>

#include <concepts>
#include <cstddef>

namespace bask {

/// The bytes that a value holds outside of itself, for the memory limit. A user's type that holds memory has
/// a member `std::size_t held_bytes() const`.
template <class T>
std::size_t held_bytes(const T& value) {
  if constexpr (requires {
                  { value.held_bytes() } -> std::convertible_to<std::size_t>;
                }) {
    return value.held_bytes();
  } else if constexpr (CopiedWhole<T>) {
    return 0;
  } else if constexpr (Container<T>) {
    using Element = typename T::value_type;
    std::size_t bytes = value.size() * sizeof(Element);
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
  } else {
    return 0;
  }
}

}  // namespace bask
