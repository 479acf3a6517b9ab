// event_reports.hpp: tells rank 0 what the threads of this rank do: twice a second, and at the end of a run
// that was not short.
// Runs on: every rank, rank 0 too. Threads: any; the caller holds the exchange's lock.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/events/event_log.hpp>
#include <bask/execution/task_runner.hpp>

#include <chrono>
#include <memory>

namespace bask {

class EventReports {
 public:
  using Clock = std::chrono::steady_clock;

  /// The exchange must outlive this.
  EventReports(Exchange& exchange, std::shared_ptr<EventLog> events, std::shared_ptr<RankMemory> memory)
      : exchange_(exchange), events_(std::move(events)), memory_(std::move(memory)) {}

  /// To be called once in a while. `runner`: of the run that the pool's threads are in; null: of none.
  void tick(TaskRunner* runner, Clock::time_point now);
  /// The rank is done with the run of this runner.
  void run_ends(TaskRunner* runner, Clock::time_point now);
  /// Tells all that has not been told yet.
  void tell(TaskRunner* runner);

 private:
  void look(const TaskRunner* runner);

  Exchange& exchange_;
  const std::shared_ptr<EventLog> events_;
  const std::shared_ptr<RankMemory> memory_;  // null: without a limit
  Clock::time_point next_look_{}, last_report_{};
};

}  // namespace bask
