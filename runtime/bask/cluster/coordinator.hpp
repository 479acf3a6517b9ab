// coordinator.hpp: rank 0's side of all runs: begins them, hands out their plans, passes the messages of
// ranks to the state of their run, and calls back when a run is over.
// Runs on: rank 0. Threads: the computing thread starts runs and drives them; it alone changes the table of
// runs. Functions so marked below are called by whichever thread holds the exchange's lock.
// Invariants: (1) no rank waits for the coordinator between tasks; (2) drive() completes each run that was
//             started, once; (3) messages of a run that is over are dropped.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/held_drops.hpp>
#include <bask/cluster/run_outcome.hpp>
#include <bask/cluster/run_state.hpp>
#include <bask/cluster/worker.hpp>
#include <bask/plan/split.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bask {

class Coordinator {
 public:
  /// Called by drive(), without the exchange's lock. It may start another run, and must not throw.
  using OnComplete = std::function<void(RunOutcome outcome)>;
  /// How soon drive() is to be called again.
  enum class Pace : std::uint8_t {
    kAtOnce,  ///< there is more to hand out, once messages have moved
    kSoon,    ///< messages of rank 0 have not left yet
    kLater,   ///< ranks work
  };

  /// `own` is rank 0's worker. Both must outlive the coordinator. When nothing moves for `stall_limit` while
  /// no task runs, each rank is asked what it waits for; 0: never.
  Coordinator(Exchange& exchange, Worker& own, std::chrono::nanoseconds stall_limit);
  ~Coordinator();

  // The computing thread, without the exchange's lock.
  /// The number that the next run will have.
  std::uint32_t next_number() const { return newest_ + 1; }
  /// Begins a run on all ranks and returns its number. `plan`, `graph` and `rank_of_unit` must stay until it
  /// is complete. Throws: Error when the plan cannot be split.
  std::uint32_t start(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
                      const RunSettings& settings, OnComplete on_complete);
  /// One step of every run: hands out parts, completes what is over.
  Pace drive();
  /// Nobody waits for the run any more. It is still to be driven until it is complete.
  void abandon(std::uint32_t run);
  /// No further task starts, anywhere.
  void cancel_all();
  /// No further unit starts, anywhere. Within `patience` running units are to end, and ranks are to keep the
  /// results that would be lost.
  void stop_all(std::chrono::nanoseconds patience);
  /// Whether there are runs, and nothing is left in any but units that would not end before NodeOptions::end,
  /// and units that wait for those.
  bool is_out_of_time() const;
  /// How many tasks of each group are done. The run must not be complete yet.
  std::vector<std::uint64_t> done_by_group(std::uint32_t run) const;
  /// Whether ranks may be inside tasks that nobody waits for any more.
  bool may_be_inside_tasks() const;
  /// Whether a task has passed its timeout and was left running: no later run could have its thread.
  bool has_stuck_task() const { return has_stuck_task_; }

  // The caller holds the exchange's lock.
  void on_message(std::uint32_t from, MessageKind kind, std::uint32_t run, std::span<const std::byte> body);
  /// What a rank waits for in a run, as lines for people.
  std::string text_of(std::uint32_t run, const Reported& reported) const;
  /// Once in a while: lets time pass for every run.
  void tick();
  /// Whether a run was cancelled, and none has begun since.
  bool is_ending() const;
  /// Tells ranks which held results can be freed.
  void post_drops();

  // Any thread.
  /// Where to say that a held result can be freed.
  const std::shared_ptr<HeldDrops>& drops() const { return drops_; }

 private:
  struct Run;

  void hand_out(std::uint32_t number, Run& run);
  Pace step(std::uint32_t number, Run& run);
  void post_orders(std::uint32_t number, RunState& state);
  RunOutcome concluded(std::uint32_t number, Run& run);
  template <class Change>
  void change_all(const Change& change);

  Exchange& exchange_;
  Worker& own_;
  const std::chrono::nanoseconds stall_limit_;
  std::map<std::uint32_t, std::unique_ptr<Run>> runs_;  // by number
  std::uint32_t newest_ = 0;
  const std::shared_ptr<HeldDrops> drops_;                // handles may outlive the coordinator
  bool was_cancelled_ = false, was_left_inside_ = false;  // of the run that was completed last
  bool has_stuck_task_ = false;                           // of the computing thread
};

}  // namespace bask
