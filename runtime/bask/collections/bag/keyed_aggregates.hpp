// keyed_aggregates.hpp: aggregates that compare elements with each other: frequencies, distinct, foldby,
// topk. Keys come in the order in which they first come in the bag. Runs on: the rank that runs the task.
// Threads: each object belongs to one.
#pragma once

#include <bask/collections/bag/function.hpp>
#include <bask/collections/bag/hash_index.hpp>
#include <bask/collections/bag/pass.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace bask::bags {

template <class T>
class Frequencies {
 public:
  using Element = T;
  using Entries = std::vector<std::pair<T, std::int64_t>>;
  explicit Frequencies(StepValues& values) : is_sorted_(values.next<bool>()) {}
  void add(const T& element) { count(element, 1); }
  void merge(Entries more) {
    for (auto& [element, times] : more) count(std::move(element), times);
  }
  Entries partial() { return std::move(table_.entries()); }
  Entries result() {
    if (is_sorted_) {
      std::ranges::stable_sort(table_.entries(), std::ranges::greater(), &Entries::value_type::second);
    }
    return partial();
  }

 private:
  template <class E>
  void count(E&& element, std::int64_t times) {
    *table_.find_or_add(std::forward<E>(element), [] { return std::int64_t{0}; }).first += times;
  }
  bool is_sorted_;
  OrderedTable<T, std::int64_t> table_;
};

/// The first element of each key.
template <class T, class KeyFunction>
class Distinct {
 public:
  using Element = T;
  using K = Returned<KeyFunction, const T&>;
  explicit Distinct(StepValues& values) : key_(values) {}
  void add(const T& element) {
    K key = key_(element);
    const auto [number, is_new] =
        index_.find_or_add(hash_of(key), [&](std::uint32_t at) { return keys_[at] == key; });
    if (!is_new) return;
    keys_.push_back(std::move(key));
    elements_.push_back(element);
  }
  void merge(const std::vector<T>& more) {
    for (const T& element : more) add(element);
  }
  std::vector<T> partial() { return std::move(elements_); }
  std::vector<T> result() { return std::move(elements_); }

 private:
  KeyFunction key_;
  HashIndex index_;
  std::vector<K> keys_;
  std::vector<T> elements_;
};

template <class T, class R, class KeyFunction, class Binop, class Combine, bool kInitial>
class FoldBy {
 public:
  using Element = T;
  using K = Returned<KeyFunction, const T&>;
  using Entries = std::vector<std::pair<K, R>>;
  explicit FoldBy(StepValues& values) : key_(values), binop_(values), combine_(values) {
    if constexpr (kInitial) initial_ = &values.next<R>();
  }
  void add(const T& element) {
    const auto [value, is_new] = table_.find_or_add(key_(element), [&] { return first(element); });
    if (kInitial || !is_new) *value = static_cast<R>(binop_(std::move(*value), element));
  }
  void merge(Entries more) {
    for (auto& [key, value] : more) {
      const auto [mine, is_new] =
          table_.find_or_add(std::move(key), [&value = value] { return std::move(value); });
      if (!is_new) *mine = static_cast<R>(combine_(std::move(*mine), std::move(value)));
    }
  }
  Entries partial() { return std::move(table_.entries()); }
  Entries result() { return partial(); }

 private:
  R first(const T& element) const {
    if constexpr (kInitial) {
      return *initial_;
    } else {
      return static_cast<R>(element);
    }
  }
  KeyFunction key_;
  Binop binop_;
  Combine combine_;
  const R* initial_ = nullptr;
  OrderedTable<K, R> table_;
};

/// The k elements with the greatest keys, the greatest first; of equal ones the first.
template <class T, class KeyFunction>
class TopK {
 public:
  using Element = T;
  using K = Returned<KeyFunction, const T&>;
  explicit TopK(StepValues& values) : key_(values), wanted_(values.next<std::uint64_t>()) {}
  void add(const T& element) {
    if (wanted_ == 0) return;
    K key = key_(element);
    if (is_cut_ && !(best_[wanted_ - 1].key < key)) return;  // the last one that is still in comes before
    best_.push_back({std::move(key), next_++, element});
    if (best_.size() >= 2 * wanted_ && best_.size() >= kLeastCut) cut();
  }
  void merge(const std::vector<T>& more) {
    for (const T& element : more) add(element);
  }
  std::vector<T> partial() {
    std::ranges::sort(best_, before);
    if (best_.size() > wanted_)
      best_.erase(best_.begin() + static_cast<std::ptrdiff_t>(wanted_), best_.end());
    std::vector<T> elements;
    elements.reserve(best_.size());
    for (Candidate& candidate : best_) elements.push_back(std::move(candidate.element));
    return elements;
  }
  std::vector<T> result() { return partial(); }

 private:
  struct Candidate {
    K key;
    std::uint64_t number;
    T element;
  };
  static constexpr std::size_t kLeastCut = 64;
  static bool before(const Candidate& a, const Candidate& b) {
    if (b.key < a.key) return true;
    return !(a.key < b.key) && a.number < b.number;
  }
  // Puts the last one that is in at its place, and those that are out away.
  void cut() {
    const auto last = best_.begin() + static_cast<std::ptrdiff_t>(wanted_) - 1;
    std::ranges::nth_element(best_, last, before);
    best_.erase(last + 1, best_.end());
    is_cut_ = true;
  }

  KeyFunction key_;
  std::uint64_t wanted_, next_ = 0;
  bool is_cut_ = false;
  std::vector<Candidate> best_;
};

}  // namespace bask::bags
