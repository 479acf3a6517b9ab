// hash_index.hpp: finds keys again that lie in a list of the caller's, in the order in which they first came.
// Runs on: the rank that runs the task. Threads: each object belongs to one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace bask::bags {

template <class T>
concept StandardHash = requires(const T& value) {
  { std::hash<T>()(value) } -> std::convertible_to<std::size_t>;
};

template <class T>
struct Hashed;
/// What can be a key: it has ==, and a std::hash, or is a pair, tuple, array, optional or sequence of such.
template <class T>
concept HashKey = std::equality_comparable<T> && Hashed<T>::value;

template <class T>
struct Hashed : std::bool_constant<StandardHash<T>> {};
template <class A, class B>
struct Hashed<std::pair<A, B>> : std::bool_constant<Hashed<A>::value && Hashed<B>::value> {};
template <class... Ts>
struct Hashed<std::tuple<Ts...>> : std::conjunction<Hashed<Ts>...> {};
template <class T>
requires(!StandardHash<T> && requires(const T& list) {
  list.begin(), list.size(), typename T::value_type();
}) struct Hashed<T> : Hashed<typename T::value_type> {
};

inline std::uint64_t combined(std::uint64_t hash, std::uint64_t more) {
  hash = (hash ^ more) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32);
}

template <class T>
std::uint64_t hash_of(const T& value) {
  if constexpr (StandardHash<T>) {
    return std::hash<T>()(value);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    return std::apply(
        [](const auto&... parts) {
          std::uint64_t hash = 0;
          ((hash = combined(hash, hash_of(parts))), ...);
          return hash;
        },
        value);
  } else {
    std::uint64_t hash = value.size();
    for (const auto& part : value) hash = combined(hash, hash_of<typename T::value_type>(part));
    return hash;
  }
}

/// Numbers of keys by their hashes: a table with open addressing, at most half full.
class HashIndex {
 public:
  struct Found {
    std::uint32_t number;
    bool is_new;
  };
  /// The number of the key with this hash for which `equal(number)` holds; the next one, as new, when there
  /// is none. Throws: Error for more than 2^31 keys.
  template <class Equal>
  Found find_or_add(std::uint64_t hash, Equal equal) {
    if (2 * (count_ + std::size_t{1}) > slots_.size()) grow();
    const std::uint64_t spread = combined(0, hash);
    const std::size_t mask = slots_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(spread >> 32);
    for (std::size_t place = spread & mask;; place = (place + 1) & mask) {
      Slot& slot = slots_[place];
      if (slot.number == kFree) {
        slot = {tag, static_cast<std::uint32_t>(spread), count_};
        return {count_++, true};
      }
      if (slot.tag == tag && equal(slot.number)) return {slot.number, false};
    }
  }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  struct Slot {
    std::uint32_t tag = 0, low = 0, number = kFree;
  };
  void grow();

  std::vector<Slot> slots_;
  std::uint32_t count_ = 0;
};

/// A list of keys, each once, with a value each, in the order in which they first came.
template <HashKey K, class V>
class OrderedTable {
 public:
  using Entry = std::pair<K, V>;
  /// The value of the key; `make()` makes a new one. `is_new` is told which it was.
  template <class Key, class Make>
  std::pair<V*, bool> find_or_add(Key&& key, Make make) {
    const auto [number, is_new] =
        index_.find_or_add(hash_of(key), [&](std::uint32_t at) { return entries_[at].first == key; });
    if (is_new) entries_.emplace_back(std::forward<Key>(key), make());
    return {&entries_[number].second, is_new};
  }
  std::vector<Entry>& entries() { return entries_; }

 private:
  HashIndex index_;
  std::vector<Entry> entries_;
};

}  // namespace bask::bags
