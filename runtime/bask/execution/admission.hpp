// admission.hpp: which unit that is ready may start now: one whose resources are free, and that would end
// in time.
// Runs on: every rank. Threads: any; a worker thread notes how long its units took under its own number.
// Invariants: (1) a unit that was let in holds its resources until leave(); (2) a unit that waits for
//             resources comes out of a later leave(), and enters again; (3) a unit that would not end in
//             time never starts.
#pragma once

#include <bask/execution/duration_estimate.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/resource_gate.hpp>
#include <bask/execution/runner_options.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace bask {

/// Throws: Error when a task of the plan wants resources that are not offered.
void check_offered(const Plan& plan, const ResourceAmounts& offered, const DescribeTask& describe);

class Admission {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Answer : std::uint8_t {
    kStart,   ///< it may start: leave() follows
    kWait,    ///< it is kept until what it wants is free: a later leave() returns it
    kTooLong  ///< it would not end in time: leave() follows, and it never starts
  };

  /// `plan` must outlive it.
  Admission(const PlanStore& plan, ResourceAmounts offered, TimePoint end, unsigned threads);

  bool has_end() const { return end_ != TimePoint{}; }
  /// Asks for a unit that would start at `start`, which counts only where there is an end.
  Answer enter(std::uint32_t unit, TimePoint start) {
    const ResourceAmounts* wanted = plan_.resources_of(unit);
    if (wanted != nullptr && !resources_.enter(unit, *wanted)) return Answer::kWait;
    return !has_end() || may_start(plan_.group_of(unit), start) ? Answer::kStart : Answer::kTooLong;
  }
  /// The unit holds nothing any more. Adds the units that may enter now to `ready`.
  void leave(std::uint32_t unit, std::vector<ReadyUnit>& ready) {
    if (const ResourceAmounts* held = plan_.resources_of(unit)) give_back(*held, ready);
  }
  /// Whether a unit of this group that starts at `start` ends in time, by what units of the group have taken
  /// so far. The first of a group may always start. One that may not is counted.
  bool may_start(std::uint32_t group, TimePoint start);
  /// A unit of this group has taken so long.
  void note_duration(std::uint32_t group, std::chrono::nanoseconds taken, unsigned thread) {
    if (has_end()) add_duration(group, taken.count(), thread);
  }
  /// How many units were held back, as they would not end in time.
  std::uint32_t too_long() const { return too_long_.load(std::memory_order_relaxed); }

 private:
  void give_back(const ResourceAmounts& held, std::vector<ReadyUnit>& ready);
  bool ends_in_time(std::uint32_t group, TimePoint start) const;
  void add_duration(std::uint32_t group, std::int64_t taken_ns, unsigned thread);

  const PlanStore& plan_;
  ResourceGate resources_;
  const TimePoint end_;                                   // 0 since the clock's beginning: there is none
  std::vector<std::vector<DurationEstimate>> durations_;  // by thread and group; empty where there is no end
  std::atomic<std::int64_t> longest_ns_{0};               // that any unit has taken, where there is an end
  std::atomic<std::uint32_t> too_long_{0};
};

}  // namespace bask
