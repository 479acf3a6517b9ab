// serialization.hpp: values to bytes and back: the one encoding of arguments, results and constants.
// Runs on: every rank. Threads: any; a value must not change while it is encoded.
// Trivially copyable types are copied whole, with their padding cleared where the compiler can
// (kClearsPadding): elsewhere equal values of a type with padding may have different keys. The standard
// containers are encoded element by element, or whole where their elements are trivially copyable; unordered
// ones in a canonical order, so that equal values give equal bytes and so equal keys. Types whose fields are
// named (core/fields.hpp) are encoded field by field. Every other type goes through Boost.Serialization: a
// program with such a type includes core/archive.hpp.
#pragma once

#include <bask/core/bytes.hpp>
#include <bask/core/serializable.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace bask {

/// Whether the compiler can clear the padding between the members of an object: GCC can, Clang 14 cannot.
#if __has_builtin(__builtin_clear_padding)
inline constexpr bool kClearsPadding = true;
#else
inline constexpr bool kClearsPadding = false;
#endif

/// The object's bytes with the padding between its members cleared, if kClearsPadding. Otherwise equal
/// objects with padding may have different keys; the library's own types that are part of keys have no
/// padding. They come as bytes, because copies of objects need not keep what lies in their padding.
template <CopiedWhole T>
std::array<std::byte, sizeof(T)> without_padding(const T& value) {
  alignas(T) std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), &value, sizeof(T));
#if __has_builtin(__builtin_clear_padding)
  if constexpr (!std::has_unique_object_representations_v<T>) {
    __builtin_clear_padding(reinterpret_cast<T*>(bytes.data()));
  }
#endif
  return bytes;
}

template <class T>
void encode(ByteWriter& writer, const T& value);
template <class T>
T decode(ByteReader& reader);

namespace serialization {

/// Containers whose elements lie one after the other, and are copied whole.
template <class T>
concept Contiguous = Container<T> && CopiedWhole<typename T::value_type> && requires(T c) {
  { c.data() } -> std::same_as<typename T::value_type*>;
};

template <class T>
concept HasNoPadding =
    std::has_unique_object_representations_v<T> || std::is_same_v<T, float> || std::is_same_v<T, double>;

template <UnorderedContainer T>
void encode_unordered(ByteWriter& writer, const T& value) {
  std::vector<std::string> elements;
  for (const auto& element : value) {
    ByteWriter one;
    encode(one, element);
    elements.emplace_back(reinterpret_cast<const char*>(one.bytes().data()), one.size());
  }
  std::sort(elements.begin(), elements.end());
  for (const auto& bytes : elements) writer.write(bytes.data(), bytes.size());
}

template <Container T>
void encode_container(ByteWriter& writer, const T& value) {
  writer.write_raw(static_cast<std::uint64_t>(value.size()));
  if constexpr (Contiguous<T>) {
    if constexpr (HasNoPadding<typename T::value_type>) {
      writer.write(value.data(), value.size() * sizeof(typename T::value_type));
    } else {
      for (const auto& element : value) writer.write_raw(without_padding(element));
    }
  } else if constexpr (UnorderedContainer<T>) {
    encode_unordered(writer, value);
  } else {
    for (const auto& element : value) encode<typename T::value_type>(writer, element);
  }
}

/// No object of the type has fewer bytes.
template <class T>
constexpr std::size_t least_encoded() {
  if constexpr (std::is_const_v<T>) {
    return least_encoded<std::remove_const_t<T>>();
  } else if constexpr (CopiedWhole<T>) {
    return sizeof(T);
  } else if constexpr (is_pair<T>) {
    return least_encoded<typename T::first_type>() + least_encoded<typename T::second_type>();
  } else if constexpr (OneStretch<T> || (Container<T> && !HasSerializeMember<T> && !serialized_by_boost<T>)) {
    return sizeof(std::uint64_t);
  } else {
    return 1;
  }
}

template <Container T>
T decode_container(ByteReader& reader) {
  using Element = typename T::value_type;
  if constexpr (Contiguous<T> && std::default_initializable<Element> &&
                std::constructible_from<T, std::size_t, Element>) {
    T value(reader.read_count(sizeof(Element)), Element());  // resize() may give a string more than it needs
    reader.read(value.data(), value.size() * sizeof(Element));
    return value;
  } else {
    T value;
    const std::size_t count = reader.read_count(least_encoded<Element>());
    if constexpr (least_encoded<Element>() > 1 && requires { value.capacity(); }) value.reserve(count);
    for (std::size_t i = 0; i < count; ++i) value.insert(value.end(), decode<Element>(reader));
    return value;
  }
}

template <class Variant, std::size_t I = 0>
Variant decode_variant(ByteReader& reader, std::size_t index) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (index == I)
      return Variant(std::in_place_index<I>, decode<std::variant_alternative_t<I, Variant>>(reader));
    return decode_variant<Variant, I + 1>(reader, index);
  } else {
    throw Error("decode", "a variant holds an alternative that its type does not have",
                "the bytes are corrupt");
  }
}

/// A type that goes through Boost.Serialization: core/archive.hpp defines it.
template <class T>
struct ByBoost;
template <class T>
concept HasArchives = requires {
  sizeof(ByBoost<T>);
};

}  // namespace serialization

/// Appends `value` to the bytes of `writer`. Cost: a memory copy for types copied whole and vectors of them.
template <class T>
void encode(ByteWriter& writer, const T& value) {
  static_assert(
      Serializable<T>,
      "bask: this type cannot go to another rank. Make it trivially copyable, name its fields "
      "(bask::fields), or give it a Boost.Serialization "
      "`template <class A> void serialize(A& archive, unsigned)` member (for a function outside the class, "
      "set bask::serialized_by_boost<T>). Pointers and views never travel: pass the value they refer to");
  using namespace serialization;
  if constexpr (CopiedWhole<T>) {
    writer.write_raw(without_padding(value));
  } else if constexpr (is_pair<T>) {
    encode(writer, value.first);
    encode(writer, value.second);
  } else if constexpr (is_tuple<T>) {
    std::apply([&](const auto&... parts) { (encode(writer, parts), ...); }, value);
  } else if constexpr (is_variant<T>) {
    writer.write_raw(static_cast<std::uint64_t>(value.index()));
    std::visit([&](const auto& held) { encode(writer, held); }, value);
  } else if constexpr (is_optional<T>) {
    writer.write_raw(static_cast<std::uint8_t>(value.has_value()));
    if (value) encode(writer, *value);
  } else if constexpr (is_array<T>) {
    for (const auto& element : value) encode(writer, element);
  } else if constexpr (OneStretch<T>) {
    writer.write_raw(static_cast<std::uint64_t>(value.stretch().size()));
    writer.write(value.stretch().data(), value.stretch().size());
  } else if constexpr (Container<T> && !HasSerializeMember<T> && !serialized_by_boost<T>) {
    encode_container(writer, value);
  } else if constexpr (ByFields<T>) {
    for_each_field(value, [&writer](auto, const auto& field) { encode(writer, field); });
  } else {
    static_assert(HasArchives<T>,
                  "bask: this type goes through Boost.Serialization: include <bask/core/archive.hpp>");
    ByBoost<T>::encode(writer, value);
  }
}

/// Reads one value back. Throws: Error for truncated or corrupt bytes.
template <class T>
T decode(ByteReader& reader) {
  using namespace serialization;
  if constexpr (CopiedWhole<T>) {
    if constexpr (std::is_same_v<T, bool>) return reader.read_raw<std::uint8_t>() != 0;
    return reader.read_raw<T>();
  } else if constexpr (is_pair<T>) {
    auto first = decode<std::remove_const_t<typename T::first_type>>(reader);
    return T(std::move(first), decode<typename T::second_type>(reader));
  } else if constexpr (is_tuple<T>) {
    return [&]<class... Ts>(std::type_identity<std::tuple<Ts...>>) {
      return std::tuple<Ts...>{decode<Ts>(reader)...};
    }(std::type_identity<T>{});
  } else if constexpr (is_variant<T>) {
    return decode_variant<T>(reader, reader.read_raw<std::uint64_t>());
  } else if constexpr (is_optional<T>) {
    return reader.read_raw<std::uint8_t>() != 0 ? T(decode<typename T::value_type>(reader)) : T();
  } else if constexpr (is_array<T>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return T{((void)I, decode<typename T::value_type>(reader))...};
    }
    (std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (OneStretch<T>) {
    T value;
    value.stretch().resize(reader.read_count(1));
    reader.read(value.stretch().data(), value.stretch().size());
    value.check();
    return value;
  } else if constexpr (Container<T> && !HasSerializeMember<T> && !serialized_by_boost<T>) {
    return decode_container<T>(reader);
  } else if constexpr (ByFields<T>) {
    T value{};
    for_each_field(value, [&reader]<class Part>(auto, Part& field) { field = decode<Part>(reader); });
    return value;
  } else {
    static_assert(HasArchives<T>,
                  "bask: this type goes through Boost.Serialization: include <bask/core/archive.hpp>");
    return ByBoost<T>::decode(reader);
  }
}

}  // namespace bask
