// recording.hpp: which results of one run are kept beyond it:
// those that are expensive to make for their size.
// Runs on: every rank. Threads: any; the thread that made a result calls made() before
// others read the result.
// Invariants: (1) keeping results takes at most kShare of the time that tasks take, by the recorder's
//             estimates; each nanosecond of a task counts for one kept result only. Where keeping has taken
//             longer than estimated, hardly anything is kept until tasks have run long enough to make up for
//             that; (2) a result that the user has marked is always kept, or never, as the mark says.
//
// A result that is not kept passes its recompute cost on to its readers, in equal shares: a cheap sum of
// expensive blocks that are too large to keep is expensive itself.
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

  /// `plan` and `recorder` must outlive this. The key of a unit may come later, but before the unit has run.
  Recording(Recorder& recorder, const Plan& plan);

  /// The unit has run for `own_ns` and has made `result`. Keeps the result, if that is worth it. Returns
  /// whether it did.
  bool made(std::uint32_t unit, const Value& result, std::int64_t own_ns);
  /// The same for a unit that was stolen from another rank; `recompute_cost_ns` is the recompute cost of its
  /// inputs there. In a drain the victim does not take the result any more:
  /// it is kept as keep_frontier() would.
  void made_for_other(const Key& key, std::optional<bool> marked, const Value& result,
                      double recompute_cost_ns, std::int64_t own_ns, bool in_drain);
  /// The recompute cost of a unit's inputs, in ns; 0 for inputs that are kept.
  double recompute_cost_of_inputs(std::uint32_t unit) const;
  /// Another rank has run the unit, and has kept the result if that was worth it.
  void made_elsewhere(std::uint32_t unit);

  /// The results that are still to be read when no task runs any more, by position.
  struct Frontier {
    std::function<std::optional<std::uint64_t>(std::uint32_t)> bytes;  ///< none: the result is not there
    /// It stays until the next call; null when it cannot be read.
    std::function<const Value*(std::uint32_t)> value;
  };
  /// To be called when no task runs any more. Keeps the results that are still to be read and cost more to
  /// make again than to keep, until `end`; first the one whose recompute cost is highest compared to the cost
  /// of keeping it. Returns how many results were kept.
  std::uint64_t keep_frontier(const Frontier& frontier, std::chrono::steady_clock::time_point end);

  /// Bytes of a value, for estimates of the time to keep it.
  static std::uint64_t bytes_of(const Value& value);

 private:
  static constexpr float kNotMade = -2, kKept = -1;
  static constexpr double kStricter = 16;  // divides what keeping a result may take while there is no credit

  std::optional<bool> marked(std::uint32_t unit) const;
  std::uint32_t readers(std::uint32_t unit) const;
  bool keep(const Key& key, std::optional<bool> marked, const Value& result, double recompute_cost_ns);
  void work_off(std::int64_t own_ns);

  Recorder& recorder_;
  const Plan& plan_;
  /// The time that keeping may have taken, less the time that it has taken. Below 0, hardly anything is kept.
  std::atomic<std::int64_t> credit_ns_ = 0;
  std::vector<float> share_ns_;  // per position that ends a unit: each reader's share of its cost
};

}  // namespace bask
