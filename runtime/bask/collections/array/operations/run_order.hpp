// run_order.hpp: the order of NumPy's sort, and the records that are sorted: numbers, or numbers with the
// places that they had.
// Runs on: every rank. Threads: any; pure functions.
#pragma once

#include <bask/collections/array/block/block.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <span>
#include <type_traits>

namespace bask {

/// NaN comes last; complex numbers are compared by their real parts first.
template <class T>
bool comes_before(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a < b || (std::isnan(b) && !std::isnan(a));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return a < b;
  } else {  // NumPy: numbers without NaN, with an imaginary NaN, with a real one, with both
    const int rank_a = 2 * std::isnan(a.real()) + std::isnan(a.imag());
    const int rank_b = 2 * std::isnan(b.real()) + std::isnan(b.imag());
    if (rank_a != rank_b) return rank_a < rank_b;
    if (!std::isnan(a.real()) && a.real() != b.real()) return a.real() < b.real();
    return !std::isnan(a.imag()) && a.imag() < b.imag();
  }
}

/// A number that is sorted without its place.
template <class T>
struct PlainRecord {
  using Value = T;
  T value;
};
/// With its place in the array that is sorted.
template <class T>
struct PlacedRecord {
  using Value = T;
  T value;
  std::int64_t place;
};
/// With the number of elements that are equal to it.
template <class T>
struct CountedRecord {
  using Value = T;
  T value;
  std::int64_t count;
};
template <class T>
bool comes_before_by_value(const CountedRecord<T>& a, const CountedRecord<T>& b) {
  return comes_before(a.value, b.value);
}
template <class T>
bool comes_before_by_value(const PlacedRecord<T>& a, const PlacedRecord<T>& b) {
  return comes_before(a.value, b.value);
}
/// Where they have no places, -0.0 comes before 0.0, so that the same bits come out however an array is cut.
template <class T>
bool comes_before_by_value(const PlainRecord<T>& a, const PlainRecord<T>& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a.value == b.value) return std::signbit(a.value) && !std::signbit(b.value);
  }
  return comes_before(a.value, b.value);
}

/// Calls `use(std::type_identity<Record>())` for numbers of this type.
template <class Use>
decltype(auto) with_record(DType dtype, bool is_placed, const Use& use) {
  return with_element(dtype, [&]<class T>(std::type_identity<T>) -> decltype(auto) {
    if (is_placed) return use(std::type_identity<PlacedRecord<T>>());
    return use(std::type_identity<PlainRecord<T>>());
  });
}

/// Records as a block of bytes.
template <class Record>
Block block_of_records(std::size_t count) {
  const std::int64_t shape[] = {static_cast<std::int64_t>(count * sizeof(Record))};
  return Block(DType::kUInt8, shape);
}
template <class Record>
std::span<Record> records_of(Block& block) {
  return {reinterpret_cast<Record*>(block.elements()),
          static_cast<std::size_t>(block.count()) / sizeof(Record)};
}
template <class Record>
std::span<const Record> records_of(const Block& block) {
  return {reinterpret_cast<const Record*>(block.elements()),
          static_cast<std::size_t>(block.count()) / sizeof(Record)};
}
template <class Record>
std::span<const Record> records_in(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const Record*>(bytes.data()), bytes.size() / sizeof(Record)};
}

/// Sorts; records of equal values keep their order.
template <class Record>
void sort_records(std::span<Record> records);

/// Merges runs that are sorted into one, in `into`; of equal values those of earlier runs come first.
template <class Record>
void merge_runs(std::span<const std::span<const Record>> runs, std::span<Record> into);

}  // namespace bask
