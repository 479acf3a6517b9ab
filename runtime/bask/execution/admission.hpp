// admission.hpp: whether a ready unit may start now: its resources must be free, and it must be expected to
// end before the job's time is over.
// Runs on: every rank. Threads: any; a worker thread notes durations of its units under its own number.
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
    kStart,   ///< the unit may start; leave() must follow
    kWait,    ///< the unit is kept until its resources are free: a later leave() returns it
    kTooLong  ///< the unit would not end in time, and never starts; leave() must follow
  };

  /// `plan` must outlive this. An `end` of {}: there is none.
  Admission(const PlanStore& plan, ResourceAmounts offered, TimePoint end, unsigned threads);

  bool has_end() const { return end_ != TimePoint{}; }
  /// Whether the unit may start at `start`, which is read only where there is an end.
  Answer enter(std::uint32_t unit, TimePoint start) {
    const ResourceAmounts* wanted = plan_.resources_of(unit);
    if (wanted != nullptr && !resources_.enter(unit, *wanted)) return Answer::kWait;
    return !has_end() || may_start(plan_.group_of(unit), start) ? Answer::kStart : Answer::kTooLong;
  }
  /// Frees the unit's resources. Adds the units that may enter now to `ready`.
  void leave(std::uint32_t unit, std::vector<ReadyUnit>& ready) {
    if (const ResourceAmounts* held = plan_.resources_of(unit)) give_back(*held, ready);
  }
  /// Whether a unit of this group that starts at `start` is expected to end in time, by the durations of the
  /// group's units so far. The first unit of a group may always start. Counts the units that may not.
  bool may_start(std::uint32_t group, TimePoint start);
  /// A unit of this group took `taken`.
  void note_duration(std::uint32_t group, std::chrono::nanoseconds taken, unsigned thread) {
    if (has_end()) add_duration(group, taken.count(), thread);
  }
  /// Whether units wait for resources.
  bool any_waits() const { return resources_.any_waits(); }
  /// How many units were held back, as they would not end in time.
  std::uint32_t too_long() const { return too_long_.load(std::memory_order_relaxed); }
  /// The unit was held back so.
  void note_held_back(std::uint32_t unit) BASK_EXCLUDES(held_back_mutex_);
  /// The first that were.
  std::vector<std::uint32_t> held_back() BASK_EXCLUDES(held_back_mutex_);
  /// Those that wait for resources.
  std::vector<ResourceGate::TurnedAway> turned_away(std::size_t most) { return resources_.turned_away(most); }

 private:
  void give_back(const ResourceAmounts& held, std::vector<ReadyUnit>& ready);
  bool ends_in_time(std::uint32_t group, TimePoint start) const;
  void add_duration(std::uint32_t group, std::int64_t taken_ns, unsigned thread);

  const PlanStore& plan_;
  ResourceGate resources_;
  const TimePoint end_;                                   // {}: there is none
  std::vector<std::vector<DurationEstimate>> durations_;  // by thread and group; empty where there is no end
  std::atomic<std::int64_t> longest_ns_{0};               // of any unit; kept where there is an end
  std::atomic<std::uint32_t> too_long_{0};
  Mutex held_back_mutex_;
  std::vector<std::uint32_t> held_back_ BASK_GUARDED_BY(held_back_mutex_);  // kMostWaitingTold at most
};

}  // namespace bask
