// recording.hpp: which results of one run are kept beyond it: those that are expensive to make for their
// size. Runs on: every rank. Threads: any; each result is told of by the thread that made it, before others
// read it.
// Invariants: (1) keeping results takes at most kShare of the time that tasks take: by estimates of the
//             recorder, where each nanosecond of a task counts for one result that is kept, no more; and
//             where keeping took longer than that, by keeping nothing until tasks have run so long that it
//             holds again; (2) what is marked is always kept, or never.
//
// A result that is not kept leaves its cost to its readers, in equal shares: a cheap sum of expensive blocks
// that are too large to keep is expensive.
#pragma once

#include <bask/execution/recorder.hpp>
#include <bask/graph/plan.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bask {

class Recording {
 public:
  static constexpr double kShare = 0.04;

  /// `plan` and `recorder` must outlive it. Keys of units may come later, but before the unit has run.
  Recording(Recorder& recorder, const Plan& plan);

  /// The unit has run in so many nanoseconds, and this is its result. Keeps it, if that is worth it,
  /// and says whether it did.
  bool made(std::uint32_t unit, const Value& result, std::int64_t own_ns);
  /// The same for a unit that was stolen from another rank, where its inputs have cost `recompute_cost_ns`.
  /// In a drain the victim does not take the result any more: it is kept like the frontier.
  void made_for_other(const Key& key, std::optional<bool> marked, const Value& result,
                      double recompute_cost_ns, std::int64_t own_ns, bool in_drain);
  /// What it would cost to make the inputs of a unit again: none where they are kept.
  double recompute_cost_of_inputs(std::uint32_t unit) const;
  /// Another rank has run the unit, and has kept the result if that was worth it.
  void made_elsewhere(std::uint32_t unit);

  /// When no task runs any more: keeps what is still to be read and costs more to make again than to keep,
  /// the most expensive for its size first, until `end`. `value_at` gives the result at a position, or null.
  /// Returns how many results were kept.
  std::uint64_t keep_frontier(const std::function<const Value*(std::uint32_t position)>& value_at,
                              std::chrono::steady_clock::time_point end);

  /// Bytes of a value, as its cost is estimated.
  static std::uint64_t bytes_of(const Value& value);

 private:
  static constexpr float kNotMade = -2, kKept = -1;
  static constexpr double kStricter = 16;  // without credit

  std::optional<bool> marked(std::uint32_t unit) const;
  std::uint32_t readers(std::uint32_t unit) const;
  bool keep(const Key& key, std::optional<bool> marked, const Value& result, double recompute_cost_ns);
  void work_off(std::int64_t own_ns);

  Recorder& recorder_;
  const Plan& plan_;
  /// What keeping may have taken, less what it has: below 0, hardly anything is kept.
  std::atomic<std::int64_t> credit_ns_ = 0;
  std::vector<float> share_ns_;  // per position that ends a unit: each reader's share of its cost
};

}  // namespace bask
