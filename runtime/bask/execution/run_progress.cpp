#include <bask/execution/run_progress.hpp>
#include <bask/safety/task_error.hpp>

#include <numeric>
#include <utility>

namespace bask {

RunProgress::RunProgress(const RunSize& size, End end, DescribeTask describe, Parking& parking)
    : end_(end),
      describe_(std::move(describe)),
      parking_(parking),
      threads_(std::size_t{size.threads} + 1),
      units_left_(size.units) {
  for (Thread& thread : threads_) {
    thread.done_by_group = std::vector<std::atomic<std::uint64_t>>(size.groups);
    thread.meters = std::vector<GroupMeter>(size.groups);
  }
}

void RunProgress::report(unsigned thread) {
  const std::uint32_t done = std::exchange(threads_[thread].units_done, 0);
  if (done == 0) return;
  if (units_left_.fetch_sub(done, std::memory_order_acq_rel) == done) parking_.wake_all();
}

void RunProgress::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  stop_.store(true, std::memory_order_seq_cst);
  parking_.wake_all();
}

void RunProgress::drain(TimePoint end) {
  drain_end_ns_.store(end.time_since_epoch().count(), std::memory_order_release);
  stop_.store(true, std::memory_order_seq_cst);
  parking_.wake_all();
}

void RunProgress::finish() {
  finished_.store(true, std::memory_order_seq_cst);
  parking_.wake_all();
}

void RunProgress::fail(RunFailure failure) {
  {
    const Held held(failure_mutex_);
    if (!failure_ || failure.position < failure_->position) failure_ = std::move(failure);
  }
  cancel();
}

void RunProgress::fail_with_current(std::uint32_t position, TaskId task, std::string replay) {
  RunFailure failed{task,
                    position,
                    std::current_exception(),
                    describe_current_exception(),
                    is_timeout_current(),
                    std::move(replay)};
  if (describe_ && task.index != kNoIndex) {
    TaskFailure failure = describe_(task);
    failure.cause = failed.cause;
    failure.timed_out = failed.timed_out;
    failure.replay = failed.replay;
    failed.error = nest_current_exception(std::move(failure));
  }
  fail(std::move(failed));
}

std::optional<RunProgress::TimePoint> RunProgress::drain_end() const {
  const std::int64_t end_ns = drain_end_ns_.load(std::memory_order_acquire);
  if (end_ns == 0) return std::nullopt;
  return TimePoint(std::chrono::nanoseconds(end_ns));
}

std::vector<GroupMeasure> RunProgress::measured() const {
  std::vector<GroupMeasure> sums(threads_.front().meters.size());
  for (const Thread& thread : threads_) {
    for (std::size_t group = 0; group < sums.size(); ++group) sums[group] += thread.meters[group].read();
  }
  return sums;
}

std::vector<std::uint64_t> RunProgress::done_by_group() const {
  std::vector<std::uint64_t> sums(threads_.front().done_by_group.size());
  for (const Thread& thread : threads_) {
    for (std::size_t group = 0; group < sums.size(); ++group) {
      sums[group] += thread.done_by_group[group].load(std::memory_order_relaxed);
    }
  }
  return sums;
}

std::uint64_t RunProgress::tasks_done() const {
  const std::vector<std::uint64_t> done = done_by_group();
  return std::accumulate(done.begin(), done.end(), std::uint64_t{0});
}

std::optional<RunFailure> RunProgress::failure() const {
  const Held held(failure_mutex_);
  return failure_;
}

}  // namespace bask
