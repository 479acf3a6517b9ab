#include <bask/execution/admission.hpp>

#include <utility>

namespace bask {

void check_offered(const Plan& plan, const ResourceAmounts& offered, const DescribeTask& describe) {
  if (plan.annotation.empty()) return;
  const ResourceGate gate(offered);
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    const ResourceAmounts& wanted = plan.annotations_of(position).resources;
    if (!wanted.empty()) gate.check(wanted, describe ? describe(plan.task[position]).task : "task");
  }
}

Admission::Admission(const PlanStore& plan, ResourceAmounts offered, TimePoint end, unsigned threads)
    : plan_(plan), resources_(std::move(offered)), end_(end) {
  if (!has_end()) return;
  durations_.reserve(threads);
  for (unsigned thread = 0; thread < threads; ++thread) durations_.emplace_back(plan->groups.size());
}

void Admission::give_back(const ResourceAmounts& held, std::vector<ReadyUnit>& ready) {
  for (const std::uint32_t unit : resources_.leave(held)) ready.push_back(plan_.ready_unit(unit));
}

void Admission::note_held_back(std::uint32_t unit) {
  const Held held(held_back_mutex_);
  if (held_back_.size() < kMostWaitingTold) held_back_.push_back(unit);
}

std::vector<std::uint32_t> Admission::held_back() {
  const Held held(held_back_mutex_);
  return held_back_;
}

bool Admission::may_start(std::uint32_t group, TimePoint start) {
  if (ends_in_time(group, start)) return true;
  too_long_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

// While the end is far away, compared to the longest unit so far, the durations of threads are not read.
bool Admission::ends_in_time(std::uint32_t group, TimePoint start) const {
  constexpr std::int64_t kFarAway = 16;
  if (!has_end()) return true;
  const std::chrono::nanoseconds longest(longest_ns_.load(std::memory_order_relaxed));
  if (start + kFarAway * longest <= end_) return true;
  Durations durations;
  for (const std::vector<DurationEstimate>& of_thread : durations_) {
    durations = merge(durations, of_thread[group].read());
  }
  return start + durations.expected() <= end_;
}

void Admission::add_duration(std::uint32_t group, std::int64_t taken_ns, unsigned thread) {
  durations_[thread][group].add(taken_ns);
  std::int64_t longest = longest_ns_.load(std::memory_order_relaxed);
  while (taken_ns > longest &&
         !longest_ns_.compare_exchange_weak(longest, taken_ns, std::memory_order_relaxed)) {
  }
}

}  // namespace bask
