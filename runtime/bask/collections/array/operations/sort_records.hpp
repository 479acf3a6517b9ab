// sort_records.hpp: the functions that run_order.hpp declares.
// Runs on: every rank. Threads: any; pure functions.
// Sources: spreadsort (Ross, "The Spreadsort High-performance General-case Sorting Algorithm", 2002), in
//          Boost.Sort; merges of neighbours, two by two.
#pragma once

#include <bask/collections/array/operations/run_order.hpp>
#include <boost/sort/spreadsort/spreadsort.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace bask {

template <class T>
void sort_numbers(T* begin, T* end) {
  if constexpr (std::is_floating_point_v<T>) {
    // NaNs keep their order behind all others.
    T* const numbers_end = std::stable_partition(begin, end, [](T x) { return !std::isnan(x); });
    boost::sort::spreadsort::spreadsort(begin, numbers_end);
    const auto [zeros, zeros_end] = std::equal_range(begin, numbers_end, T(0));
    const auto negative = std::count_if(zeros, zeros_end, [](T x) { return std::signbit(x); });
    std::fill(zeros, zeros + negative, -T(0));
    std::fill(zeros + negative, zeros_end, T(0));
  } else if constexpr (std::is_same_v<T, bool>) {
    const auto falses = std::count(begin, end, false);
    std::fill(begin, begin + falses, false);
    std::fill(begin + falses, end, true);
  } else if constexpr (std::is_integral_v<T>) {
    boost::sort::spreadsort::spreadsort(begin, end);
  } else {
    std::stable_sort(begin, end, comes_before<T>);
  }
}

template <class Record>
void sort_records(std::span<Record> records) {
  using T = typename Record::Value;
  if constexpr (sizeof(Record) == sizeof(T)) {
    static_assert(std::is_trivially_copyable_v<Record>);
    auto* const begin = reinterpret_cast<T*>(records.data());
    sort_numbers(begin, begin + records.size());
  } else {
    std::stable_sort(records.begin(), records.end(),
                     [](const Record& a, const Record& b) { return comes_before_by_value(a, b); });
  }
}

template <class Record>
void merge_runs(std::span<const std::span<const Record>> runs, std::span<Record> into) {
  const auto before = [](const Record& a, const Record& b) { return comes_before_by_value(a, b); };
  std::vector<std::span<const Record>> left(runs.begin(), runs.end());
  std::erase_if(left, [](const auto& run) { return run.empty(); });
  if (left.size() <= 1) {
    if (!left.empty()) std::copy(left[0].begin(), left[0].end(), into.begin());
    return;
  }
  // Of an even number of rounds the first one merges into the other memory, so that the last ends in `into`.
  std::size_t rounds = 0;
  for (std::size_t count = left.size(); count > 1; count = (count + 1) / 2) ++rounds;
  const auto other = std::make_unique_for_overwrite<std::byte[]>(rounds > 1 ? into.size_bytes() : 0);
  const std::span<Record> memory(reinterpret_cast<Record*>(other.get()), rounds > 1 ? into.size() : 0);
  for (; rounds > 0; --rounds) {
    const std::span<Record> to = rounds % 2 == 1 ? into : memory;
    std::vector<std::span<const Record>> merged;
    Record* at = to.data();
    for (std::size_t k = 0; k < left.size(); k += 2) {
      Record* const begin = at;
      if (k + 1 < left.size()) {
        at = std::merge(left[k].begin(), left[k].end(), left[k + 1].begin(), left[k + 1].end(), at, before);
      } else {
        at = std::copy(left[k].begin(), left[k].end(), at);
      }
      merged.push_back({begin, at});
    }
    left = std::move(merged);
  }
}

}  // namespace bask
