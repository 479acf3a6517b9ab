// What a runner counts and times: how far it is, what runs, how long a unit takes.
#include <bask/execution/task_runner.hpp>

#include <algorithm>

namespace bask {

// Short units are timed ever more rarely, so that it costs them nothing, and a long one after a short one is
// still noticed.
void TaskRunner::time_unit(std::chrono::nanoseconds taken, std::uint32_t unit, Worker& worker) {
  if (has_end()) note_duration(taken, group_of(unit), worker);
  constexpr std::int64_t kShort_ns = 20'000;
  constexpr std::uint32_t kMostSkipped = 31;
  const std::int64_t mean = worker.unit_ns.load(std::memory_order_relaxed);
  worker.unit_ns.store(mean == 0 ? taken.count() : mean + (taken.count() - mean) / 8,
                       std::memory_order_relaxed);
  const bool is_short = taken.count() < kShort_ns;
  worker.units_skipped = is_short ? std::min(2 * worker.units_skipped + 1, kMostSkipped) : 0;
  worker.units_untimed = worker.units_skipped;
}

void TaskRunner::note_duration(std::chrono::nanoseconds taken, std::uint32_t group, Worker& worker) {
  worker.durations[group].add(taken.count());
  std::int64_t longest = longest_ns_.load(std::memory_order_relaxed);
  while (taken.count() > longest &&
         !longest_ns_.compare_exchange_weak(longest, taken.count(), std::memory_order_relaxed)) {
  }
}

// By what units of its layer have taken so far; the first of a layer may always start. While the end is far
// away, as measured by the longest unit of all, no other thread's figures are looked at.
bool TaskRunner::ends_in_time(std::uint32_t group, std::chrono::steady_clock::time_point start) const {
  constexpr std::int64_t kFarAway = 16;
  const std::chrono::nanoseconds longest(longest_ns_.load(std::memory_order_relaxed));
  if (start + kFarAway * longest <= options_.end) return true;
  Durations durations;
  for (const Worker& worker : workers_) durations = merge(durations, worker.durations[group].read());
  return start + durations.expected() <= options_.end;
}

// Units that have not ended yet count by their time so far; and where none has even started, as when the pool
// is still inside an earlier run, the next one has been waiting since this run began.
std::chrono::nanoseconds TaskRunner::mean_unit_time() const {
  const auto now = std::chrono::steady_clock::now();
  std::int64_t sum = 0, timed = 0;
  for (const Worker& worker : workers_) {
    const std::int64_t started = worker.started_ns.load(std::memory_order_relaxed);
    const std::int64_t so_far = started == 0 ? 0 : now.time_since_epoch().count() - started;
    const std::int64_t mean = std::max(worker.unit_ns.load(std::memory_order_relaxed), so_far);
    sum += mean;
    timed += mean != 0;
  }
  return timed == 0 ? std::chrono::nanoseconds(now - made_at_) : std::chrono::nanoseconds(sum / timed);
}

std::uint64_t TaskRunner::tasks_done() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t done : done_by_group()) sum += done;
  return sum;
}

std::uint32_t TaskRunner::running() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(workers_, [](const Worker& worker) { return worker.is_running.load(); }));
}

std::uint32_t TaskRunner::ready() const {
  std::size_t sum = stolen_waiting_.load(std::memory_order_relaxed);
  for (const ReadyQueue& queue : queues_) sum += queue.size();
  return static_cast<std::uint32_t>(sum);
}

std::vector<std::uint64_t> TaskRunner::done_by_group() const {
  std::vector<std::uint64_t> sums(plan_.groups.size());
  for (const Worker& worker : workers_) {
    for (std::size_t group = 0; group < sums.size(); ++group) {
      sums[group] += worker.done_by_group[group].load(std::memory_order_relaxed);
    }
  }
  return sums;
}

std::vector<std::uint64_t> tasks_by_group(const Plan& plan) {
  std::vector<std::uint64_t> sums(plan.groups.size());
  for (const std::uint32_t group : plan.group) ++sums[group];
  return sums;
}

}  // namespace bask
