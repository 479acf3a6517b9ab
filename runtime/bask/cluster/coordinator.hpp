// coordinator.hpp: rank 0's side of the runs: begins them, hears how they go, ends them.
// Runs on: rank 0. Threads: on_…() under the exchange's lock, the rest in the thread that computes, under it
// too where it reads what messages change.
// Invariants: (1) no rank waits for the coordinator between tasks; (2) a run is over when every rank has
//             said that it is done and rank 0 has all that it asked for, or when it was cancelled or stopped
//             and the ranks have come to rest, or the time for that has gone by.
#pragma once

#include <bask/cluster/balancer.hpp>
#include <bask/cluster/exchange.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/plan/split.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// A task that threw, somewhere.
struct RankFailure {
  std::uint32_t rank;
  TaskId task;        ///< kNoIndex: not from a task
  std::string cause;  ///< type and text of what was thrown
};

/// What a run has cost.
struct RunStatistics {
  std::uint64_t tasks = 0;
  std::uint64_t results_moved = 0;  ///< from rank to rank
  std::uint64_t bytes_moved = 0;
  std::vector<std::uint64_t> peak_bytes;  ///< of results, per rank
};

class Coordinator {
 public:
  /// When nothing moves for `stall_limit` while no task runs, each rank is asked what it waits for; 0: never.
  Coordinator(Exchange& exchange, std::chrono::nanoseconds stall_limit);

  // Messages.
  void on_progress(std::uint32_t from, std::uint32_t run, RankProgress progress);
  void on_failed(std::uint32_t from, std::uint32_t run, const Failed& failed);
  void on_done(std::uint32_t from, std::uint32_t run, Done done);
  void on_dry(std::uint32_t from, std::uint32_t run);
  void on_refused(std::uint32_t from, std::uint32_t run, const Steal& theft);
  /// Once in a while: has ranks that have run dry steal from loaded ones, and all when nothing moves.
  void tick();

  // The thread that computes.
  /// Tells all other ranks of a run. Returns its number and what rank 0's own worker begins with.
  struct Begun {
    std::uint32_t run;
    BeginRun own;
  };
  Begun begin(const Plan& plan, const TaskGraph& graph, const Splitter& splitter, bool hold, bool balance);
  void post_part(std::uint32_t rank, const PlanPart& part);
  /// No further task starts, anywhere.
  void cancel();
  /// No further unit starts, anywhere; those that run have so long to end, and their ranks to keep what would
  /// be lost.
  void stop(std::chrono::nanoseconds patience);
  /// Tells all other ranks that the run is over.
  void end();

  // Under the lock.
  bool all_done() const { return ranks_done_ == ranks_.size(); }
  /// Cancelled or stopped, and every rank has come to rest or has had the time to do so.
  bool has_stopped() const;
  bool is_cancelled() const { return rest_by_.has_value(); }
  /// Only units are left that would not end in time, and those that wait for them: all ranks have told so.
  bool is_out_of_time(std::chrono::steady_clock::time_point now) const;
  /// Of the failures that were told the one whose task comes first in the graph.
  const std::optional<RankFailure>& failure() const { return failure_; }
  std::vector<std::uint64_t> done_by_group() const;
  RunStatistics statistics() const;
  std::uint32_t run() const { return run_; }

 private:
  struct Rank {
    RankProgress progress;
    bool is_done = false;
    std::uint64_t peak_bytes = 0, results_in = 0, bytes_in = 0;
  };

  void ask_if_stalled(std::chrono::steady_clock::time_point now);

  Exchange& exchange_;
  const std::chrono::nanoseconds stall_limit_;
  std::chrono::steady_clock::time_point moved_at_{};
  Balancer balancer_;
  bool balances_ = false;
  std::uint32_t run_ = 0;
  std::size_t groups_ = 0;
  std::vector<Rank> ranks_;
  std::size_t ranks_done_ = 0;
  std::optional<RankFailure> failure_;
  std::optional<std::chrono::steady_clock::time_point> rest_by_;  // when it was cancelled or stopped
  bool stopped_ = false;                                          // and not cancelled since
};

}  // namespace bask
