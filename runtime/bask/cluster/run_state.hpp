// run_state.hpp: how far one run over all ranks has come, as rank 0 knows it: pure transitions over plain
// data. It is given the messages of ranks and the time, and makes the messages that rank 0 has to send.
// Runs on: rank 0. Threads: one at a time (in the coordinator: whichever holds the exchange's lock).
// Invariants: (1) phases follow one another, and none comes back; (2) the ranks are told to leave once: when
//             every rank is done, or when the time given to a cancelled or stopped run has gone by;
//             (3) no message is sent to them afterwards.
#pragma once

#include <bask/cluster/balancer.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/cluster/run_outcome.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bask {

class RunState {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Phase : std::uint8_t {
    kHandingOut,  ///< ranks work, and wait for further parts of the plan
    kWorking,     ///< all parts of the plan have been posted, or no more will be
    kLeaving,     ///< ranks were told to leave; messages of rank 0 itself have not left yet
    kOver,
  };
  struct Shape {
    std::vector<std::uint32_t> units;  ///< by rank
    std::size_t groups = 0;
    bool balances = false;                    ///< dry ranks steal from loaded ones
    std::chrono::nanoseconds stall_limit{0};  ///< see NodeOptions::stall_limit
  };
  /// A message to rank `to`.
  struct Order {
    std::uint32_t to;
    MessageKind kind;
    Buffer body;
  };

  RunState(Shape shape, Clock::time_point now);

  // What ranks say.
  void on_progress(std::uint32_t from, RankProgress progress, Clock::time_point now);
  void on_failed(std::uint32_t from, const Failed& failed, Clock::time_point now);
  void on_done(std::uint32_t from, Done done, Clock::time_point now);
  void on_dry(std::uint32_t from, Clock::time_point now);
  void on_refused(std::uint32_t from, const Steal& theft, Clock::time_point now);

  // What rank 0 does.
  /// All parts of the plan have been posted.
  void all_handed_out();
  /// No further task starts, anywhere.
  void cancel(Clock::time_point now);
  /// No further unit starts, anywhere. Within `patience` running units are to end, and ranks are to keep the
  /// results that would be lost.
  void stop(std::chrono::nanoseconds patience, Clock::time_point now);
  /// Nobody waits for the run any more: the ranks leave at once.
  void abandon(Clock::time_point now);
  /// After the ranks were told to leave: all messages of rank 0 have left.
  void all_sent();
  /// Once in a while. Returns whether nothing moves, so that ranks are asked what they wait for.
  bool tick(Clock::time_point now);

  /// The messages that have become due since the last call, in the order in which they are to be posted.
  std::vector<Order> take_orders() { return std::exchange(orders_, {}); }

  Phase phase() const { return phase_; }
  bool all_done() const { return ranks_done_ == ranks_.size(); }
  /// Whether the run was cancelled or stopped: no further task is to begin.
  bool must_rest() const { return rest_by_.has_value(); }
  /// Whether all ranks have told that nothing is left but units that would not end in time, and units that
  /// wait for those.
  bool is_out_of_time(Clock::time_point now) const;
  /// The reported failure whose task comes first in the graph.
  const std::optional<RankFailure>& failure() const { return failure_; }
  std::vector<std::uint64_t> done_by_group() const;
  RunStatistics statistics() const;

 private:
  struct Rank {
    RankProgress progress;
    bool is_done = false;
    MemoryUse memory;
    std::uint64_t results_in = 0, bytes_in = 0;
    std::vector<GroupMeasure> measured;
  };

  void say_to_all(MessageKind kind, const Buffer& body = {});
  void ask_for_thefts(Clock::time_point now);
  void give_up_full_disks(Clock::time_point now);
  bool is_stalled(Clock::time_point now) const;
  void leave();
  void leave_if_over(Clock::time_point now);

  const Shape shape_;
  Phase phase_ = Phase::kHandingOut;
  Clock::time_point moved_at_;
  Balancer balancer_;
  std::vector<Rank> ranks_;
  std::size_t ranks_done_ = 0;
  std::optional<RankFailure> failure_;
  std::optional<Clock::time_point> rest_by_;  // of a run that was cancelled or stopped: when its time is up
  bool stopped_ = false;                      // and not cancelled since
  std::vector<Order> orders_;
};

}  // namespace bask
