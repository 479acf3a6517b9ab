// run_reports.hpp: what a rank tells rank 0 of its part in one run: that a task has failed and that the rank
// is done, once each; that it has run dry, once until it has work again; its progress: every 100 ms while
// units end, else every second.
// Runs on: every rank. Threads: any; the caller holds the exchange's lock.
#pragma once

#include <bask/cluster/event_reports.hpp>
#include <bask/cluster/exchange.hpp>
#include <bask/execution/task_runner.hpp>

#include <chrono>
#include <cstdint>

namespace bask {

class RunReports {
 public:
  using Clock = std::chrono::steady_clock;

  /// The exchange and the runner must outlive this.
  /// `events` null: rank 0 does not want to know what the rank's threads do.
  RunReports(Exchange& exchange, std::uint32_t run, TaskRunner& runner, EventReports* events,
             Clock::time_point now);

  /// A result of another rank has come in.
  void count_in(const Value& value);
  /// A stolen unit has come: when that is done, the rank is to tell again that it is dry.
  void has_work() { told_.dry = false; }
  /// `inside`: threads are in the run.
  void tell_if_done(bool inside);
  /// The rank is dry when in two calls one after the other nothing was ready and fewer than `threads` units
  /// were running, and no task ended between them; and when it may steal. `more_comes`: parts of the plan are
  /// still on their way.
  void tell_if_dry(unsigned threads, bool more_comes);
  void tell_progress(Clock::time_point now);

 private:
  Exchange& exchange_;
  const std::uint32_t run_;
  TaskRunner& runner_;
  EventReports* const events_;
  std::uint64_t results_in_ = 0, bytes_in_ = 0;
  struct {
    bool failure = false, done = false, dry = false;
    std::uint32_t left;  // units
    Clock::time_point at;
  } told_;
  struct {
    bool was = false;
    std::uint64_t tasks_done = 0;
  } idle_;
};

}  // namespace bask
