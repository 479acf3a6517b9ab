// reduce_sinks.hpp: what takes strips of values into the state of a reduction.
// Runs on: the rank that runs the task. Threads: each sink belongs to one.
#pragma once

#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/operations/reduce.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bask {

/// States in memory: `step` elements from one component to the next.
template <class Byte>
struct BasicStates {
  Byte* elements;
  std::int64_t step;
};
using States = BasicStates<const std::byte>;
using MutableStates = BasicStates<std::byte>;

/// Memory from the beginning of a cache line on: vectors that lie across two lines are added up more slowly.
class AlignedRow {
 public:
  /// Keeps what is there when it grows.
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
  /// `kept`: the elements of the result that the block contributes to.
  ReduceSink(const ReduceRules& rules, std::int64_t kept);
  /// A strip whose places are: where in the kept elements it goes, and which index it has among those
  /// reduced.
  void take(const Strip& strip, std::int64_t first_place, std::int64_t first_index);
  /// Ends sums that are still open.
  void close() { flush(); }

  std::byte* state() { return state_.data(); }
  static std::size_t components(const ReduceRules& rules);
  static DType state_dtype(const ReduceRules& rules);
  /// Fills `state` with what leaves everything as it is.
  static void fill_neutral(const ReduceRules& rules, std::int64_t kept, std::byte* state);
  /// Takes `count` states into others.
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
  // Sums of strips into one place, added pairwise: level k holds the sum of 2^k strips.
  std::vector<std::byte> levels_;
  std::uint64_t open_ = 0;
  std::int64_t open_place_ = -1;
  // Rows that go to one place are added up in tens before they go there.
  AlignedRow rows_;
  std::int64_t rows_place_ = -1;
  std::size_t rows_length_ = 0;
  int rows_taken_ = 0;
  AlignedRow numbers_;  // of a strip, 0 where it has NaN
};

}  // namespace bask
