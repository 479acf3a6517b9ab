// argument.hpp: how the arguments of a lazy call are packed, and how they arrive in the call. A Delayed
// arrives as its value; containers, tuples and the like that hold Delayeds arrive with values in their place;
// small constants travel inside the task, larger ones are stored once and arrive by const reference.
// Runs on: packing on rank 0, unpacking on the rank that runs the task. Threads: any.
#pragma once

#include <bask/collections/arrival.hpp>
#include <bask/collections/packing.hpp>
#include <bask/core/serialization.hpp>

#include <map>
#include <unordered_map>

namespace bask {

template <class T>
class Delayed;

namespace arguments {

template <class T>
inline constexpr bool is_delayed = false;
template <class T>
inline constexpr bool is_delayed<Delayed<T>> = true;

/// Whether a Delayed is anywhere inside.
template <class A>
struct Contains : std::bool_constant<is_delayed<A>> {};
template <Container A>
struct Contains<A> : Contains<typename A::value_type> {};
template <class A, class B>
struct Contains<std::pair<A, B>> : std::bool_constant<Contains<A>::value || Contains<B>::value> {};
template <class... As>
struct Contains<std::tuple<As...>> : std::disjunction<Contains<As>...> {};
template <class A, std::size_t N>
struct Contains<std::array<A, N>> : Contains<A> {};
template <class A>
struct Contains<std::optional<A>> : Contains<A> {};
template <class A>
concept ContainsDelayed = Contains<A>::value;

/// A constant of type V: no Delayed inside.
template <class A>
struct Argument {
  using Value = A;
  static void pack(const Value& value, CallPacker& packer) { packer.constant(value); }
  static auto unpack(CallUnpacker& unpacker) { return unpacker.constant<Value>(); }
  static const A& with_refs(const A& value, RefCursor&) { return value; }
  /// What stands for the argument where nothing is computed, as by --bask-plan.
  static const A& unknown(const A& value) { return value; }
};

/// Text given as a view or a literal is kept as a string.
template <class A>
requires std::is_same_v<A, std::string_view> || std::is_same_v<A, const char*> || std::is_same_v<A, char*>
struct Argument<A> : Argument<std::string> {
  static void pack(std::string_view text, CallPacker& packer) { packer.constant(std::string(text)); }
  static std::string unknown(std::string_view text) { return std::string(text); }
};
/// A path arrives as a string, which every function of paths takes.
template <class A>
requires requires(const A& path) {
  { path.generic_string() } -> std::same_as<std::string>;  // std::filesystem::path, whose header costs much
}
struct Argument<A> : Argument<std::string> {
  static void pack(const A& path, CallPacker& packer) { packer.constant(path.string()); }
  static std::string unknown(const A& path) { return path.string(); }
};
template <class T, std::size_t N>
struct Argument<std::span<T, N>> : Argument<std::vector<std::remove_const_t<T>>> {
  static void pack(std::span<T, N> view, CallPacker& packer) {
    packer.constant(std::vector<std::remove_const_t<T>>(view.begin(), view.end()));
  }
  static std::vector<std::remove_const_t<T>> unknown(std::span<T, N> view) {
    return {view.begin(), view.end()};
  }
};

template <class T>
struct Argument<Delayed<T>> {
  using Value = typename Delayed<T>::value_type;
  static void pack(const Delayed<T>& delayed, CallPacker& packer) { packer.input(delayed.ref()); }
  static Held<Value> unpack(CallUnpacker& unpacker) { return {unpacker.input()}; }
  static Delayed<T> with_refs(const Delayed<T>&, RefCursor& refs) { return Delayed<T>(refs.next()); }
  static Value unknown(const Delayed<T>&) { return unknown_value<Value>(); }
};

template <class T>
struct Argument<std::vector<Delayed<T>>> {
  using Value = std::vector<typename Delayed<T>::value_type>;
  static void pack(const std::vector<Delayed<T>>& list, CallPacker& packer) {
    packer.count(list.size());
    for (const Delayed<T>& delayed : list) packer.input(delayed.ref());
  }
  static HeldRange<typename Delayed<T>::value_type> unpack(CallUnpacker& unpacker) {
    return {unpacker.inputs(unpacker.count())};
  }
  static std::vector<Delayed<T>> with_refs(const std::vector<Delayed<T>>& list, RefCursor& refs) {
    std::vector<Delayed<T>> renewed;
    renewed.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) renewed.emplace_back(refs.next());
    return renewed;
  }
  static Value unknown(const std::vector<Delayed<T>>& list) {
    Value value;
    for (std::size_t i = 0; i < list.size(); ++i)
      value.push_back(unknown_value<typename Value::value_type>());
    return value;
  }
};

template <class A>
using ValueOf = typename Argument<A>::Value;
template <class A>
ValueOf<A> unpack_value(CallUnpacker& unpacker) {
  return Argument<A>::unpack(unpacker).take();
}

// The type of a container with values in the place of Delayeds.
template <class A>
struct Computed;
template <template <class...> class C, class A>
struct Computed<C<A, std::allocator<A>>> : std::type_identity<C<ValueOf<A>>> {};
template <class K, class A, class Compare>
struct Computed<std::map<K, A, Compare>> : std::type_identity<std::map<K, ValueOf<A>, Compare>> {};
template <class K, class A, class Hash, class Equal>
struct Computed<std::unordered_map<K, A, Hash, Equal>>
    : std::type_identity<std::unordered_map<K, ValueOf<A>, Hash, Equal>> {};

template <Container A>
requires ContainsDelayed<A>
struct Argument<A> {
  using Element = typename A::value_type;
  using Value = typename Computed<A>::type;
  static void pack(const A& list, CallPacker& packer) {
    packer.count(list.size());
    for (const Element& element : list) Argument<Element>::pack(element, packer);
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) {
    Value value;
    const std::size_t count = unpacker.count();
    for (std::size_t i = 0; i < count; ++i) value.insert(value.end(), unpack_value<Element>(unpacker));
    return {std::move(value)};
  }
  static A with_refs(const A& list, RefCursor& refs) {
    A renewed;
    for (const Element& element : list)
      renewed.insert(renewed.end(), Argument<Element>::with_refs(element, refs));
    return renewed;
  }
  static Value unknown(const A& list) {
    Value value;
    for (const Element& element : list) value.insert(value.end(), Argument<Element>::unknown(element));
    return value;
  }
};

template <class First, class Second>
requires ContainsDelayed<std::pair<First, Second>>
struct Argument<std::pair<First, Second>> {
  using A = std::remove_const_t<First>;  // as in a map
  using Pair = std::pair<First, Second>;
  using Value = std::pair<ValueOf<A>, ValueOf<Second>>;
  static void pack(const Pair& pair, CallPacker& packer) {
    Argument<A>::pack(pair.first, packer);
    Argument<Second>::pack(pair.second, packer);
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) {
    auto first = unpack_value<A>(unpacker);
    return {Value(std::move(first), unpack_value<Second>(unpacker))};
  }
  static Pair with_refs(const Pair& pair, RefCursor& refs) {
    auto first = Argument<A>::with_refs(pair.first, refs);
    return Pair(std::move(first), Argument<Second>::with_refs(pair.second, refs));
  }
  static Value unknown(const Pair& pair) {
    return Value(Argument<A>::unknown(pair.first), Argument<Second>::unknown(pair.second));
  }
};

template <class... As>
requires ContainsDelayed<std::tuple<As...>>
struct Argument<std::tuple<As...>> {
  using Tuple = std::tuple<As...>;
  using Value = std::tuple<ValueOf<As>...>;
  static void pack(const Tuple& tuple, CallPacker& packer) {
    std::apply([&](const As&... parts) { (Argument<As>::pack(parts, packer), ...); }, tuple);
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) { return {Value{unpack_value<As>(unpacker)...}}; }
  static Tuple with_refs(const Tuple& tuple, RefCursor& refs) {
    return std::apply([&](const As&... parts) { return Tuple{Argument<As>::with_refs(parts, refs)...}; },
                      tuple);
  }
  static Value unknown(const Tuple& tuple) {
    return std::apply([&](const As&... parts) { return Value{Argument<As>::unknown(parts)...}; }, tuple);
  }
};

template <class A, std::size_t N>
requires ContainsDelayed<A>
struct Argument<std::array<A, N>> {
  using Array = std::array<A, N>;
  using Value = std::array<ValueOf<A>, N>;
  static void pack(const Array& array, CallPacker& packer) {
    for (const A& element : array) Argument<A>::pack(element, packer);
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Ready<Value>{Value{((void)I, unpack_value<A>(unpacker))...}};
    }
    (std::make_index_sequence<N>{});
  }
  static Array with_refs(const Array& array, RefCursor& refs) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Array{Argument<A>::with_refs(array[I], refs)...};
    }
    (std::make_index_sequence<N>{});
  }
  static Value unknown(const Array& array) {
    return std::apply([&](const auto&... parts) { return Value{Argument<A>::unknown(parts)...}; }, array);
  }
};

template <class A>
requires ContainsDelayed<A>
struct Argument<std::optional<A>> {
  using Value = std::optional<ValueOf<A>>;
  static void pack(const std::optional<A>& maybe, CallPacker& packer) {
    packer.count(maybe.has_value());
    if (maybe) Argument<A>::pack(*maybe, packer);
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) {
    return {unpacker.count() != 0 ? Value(unpack_value<A>(unpacker)) : Value()};
  }
  static std::optional<A> with_refs(const std::optional<A>& maybe, RefCursor& refs) {
    return maybe ? std::optional<A>(Argument<A>::with_refs(*maybe, refs)) : std::nullopt;
  }
  static Value unknown(const std::optional<A>& maybe) {
    return maybe ? Value(Argument<A>::unknown(*maybe)) : Value();
  }
};

}  // namespace arguments

}  // namespace bask
