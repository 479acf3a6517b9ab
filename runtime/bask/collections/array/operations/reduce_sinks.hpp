// reduce_sinks.hpp: takes strips of values into the state of a reduction.
// Runs on: the rank that runs the task. Threads: each sink belongs to one.
#pragma once

#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/operations/reduce.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bask {

/// States in memory: their first components, then the second ones `step` elements further, and so on.
template <class Byte>
struct BasicStates {
  Byte* elements;
  std::int64_t step;
};
using States = BasicStates<const std::byte>;
using MutableStates = BasicStates<std::byte>;

/// Memory that begins at a cache line: vectors that lie across two lines are added more slowly.
class AlignedRow {
 public:
  /// Keeps the bytes that are there.
  void grow(std::size_t bytes) { lines_.resize(std::max(lines_.size(), bytes / sizeof(Line) + 1)); }
  std::byte* data() { return lines_.data()->bytes; }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> lines_;
};

/// The state of a reduction over one block, and the way strips get into it.
class ReduceSink {
 public:
  /// `kept`: the number of elements of the result to which the block contributes.
  ReduceSink(const ReduceRules& rules, std::int64_t kept);
  /// Takes a strip. Its first stream of places says where its values go among the kept elements; the second
  /// one, for places of extrema, which indices they have. The two `first_…` are added to these.
  void take(const Strip& strip, std::int64_t first_place, std::int64_t first_index);
  /// Ends sums that are still open.
  void close() { flush(); }

  std::byte* state() { return state_.data(); }
  static std::size_t components(const ReduceRules& rules);
  static DType state_dtype(const ReduceRules& rules);
  /// Fills `state` with neutral elements, which change nothing when they are merged.
  static void fill_neutral(const ReduceRules& rules, std::int64_t kept, std::byte* state);
  /// Merges `count` states into others.
  static void merge(const ReduceRules& rules, std::int64_t count, const States& from,
                    const MutableStates& into);
  /// Writes the results of a state as rules.result.
  static void finish(const ReduceRules& rules, std::int64_t kept, const std::byte* state, std::byte* out);

 private:
  void take_fold(const Strip& strip, std::int64_t place);
  void take_mean(const Strip& strip, std::int64_t place);
  void take_one_mean(const Strip& strip, std::int64_t place, std::byte* count);
  void take_moments(const Strip& strip, std::int64_t place);
  void take_extremum(const Strip& strip, std::int64_t place, std::int64_t index);
  void add_open(const std::byte* partial, std::int64_t place);
  void flush();

  const ReduceRules& rules_;
  std::int64_t kept_;
  std::size_t element_;
  std::vector<std::byte> state_;
  // Sums of the strips of one place, added pairwise: level k holds the sum of 2^k strips.
  std::vector<std::byte> levels_;
  std::uint64_t open_ = 0;
  std::int64_t open_place_ = -1;
  // Up to 32 rows for one place are added up before their sum goes there.
  AlignedRow rows_;
  std::int64_t rows_place_ = -1;
  std::size_t rows_length_ = 0;
  int rows_taken_ = 0;
  AlignedRow numbers_;  // a strip with 0 in place of NaN
};

}  // namespace bask
