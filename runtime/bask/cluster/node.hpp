// node.hpp: one rank: ties its end of the exchange, its worker, on rank 0 the coordinator, and what keeps the
// rank alive in the eyes of others.
// Runs on: every rank. Threads: the main thread: on rank 0 it computes ("the computing thread"), on other
// ranks it is in serve() ("the serving thread"). The pulse thread keeps messages moving while all other
// threads are in long tasks or in the user's code; on rank 0 it always runs, on others while they are in a
// function that every rank calls, or wait for the disk at the end.
#pragma once

#include <bask/cluster/coordinator.hpp>
#include <bask/cluster/exchange.hpp>
#include <bask/cluster/farewell.hpp>
#include <bask/cluster/heartbeats.hpp>
#include <bask/cluster/pulse.hpp>
#include <bask/cluster/rank_calls.hpp>
#include <bask/cluster/stop_signals.hpp>
#include <bask/cluster/switchboard.hpp>
#include <bask/cluster/waiting.hpp>
#include <bask/cluster/worker.hpp>
#include <bask/core/error.hpp>
#include <bask/core/mpi_turn.hpp>
#include <bask/execution/backoff.hpp>
#include <bask/execution/thread_pool.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct NodeOptions {
  unsigned threads = 1;  ///< that run tasks; 0: none
  Pin pin = Pin::kAuto;
  std::vector<unsigned> cpus = {};               ///< one for each thread, used by no other rank; empty: none
  std::shared_ptr<RankMemory> memory = nullptr;  ///< of the rank; null: without a limit
  ResourceAmounts resources;
  BackoffOptions backoff;
  std::chrono::nanoseconds silence_limit{0};  ///< the job ends when a rank is silent for longer; 0: never
  /// When nothing moves for so long while no task runs, ranks tell what they wait for; 0: never.
  std::chrono::nanoseconds stall_limit{0};
  std::vector<std::string> hosts;  ///< of all ranks, for messages
  Recorder* recorder = nullptr;    ///< keeps results beyond the runs; it must outlive the node
  std::shared_ptr<const std::unordered_set<Key>> isolated = nullptr;  ///< see RunnerOptions
  bool isolate_all = false;
  double slow_task = 0;                                 ///< see Options
  std::chrono::nanoseconds task_timeout{0};             ///< see Options
  std::shared_ptr<FailedTasks> failed_tasks = nullptr;  ///< of this rank; null: none is kept
  std::chrono::steady_clock::time_point end{};          ///< when no task should run any more; {}: no end
  std::shared_ptr<EventLog> events = nullptr;           ///< of the rank; null: nobody looks
  OnEvents on_events = {};                              ///< on rank 0; called with the exchange's lock held
};

class Node final {
 public:
  /// The transport must outlive the node. Throws: Error when the threads cannot be had.
  Node(Transport& transport, NodeOptions options);

  std::uint32_t rank() const { return exchange_.rank(); }
  std::uint32_t size() const { return exchange_.size(); }
  /// Users' functions that call MPI themselves take their turns from this node while it lives.
  void share_mpi() { set_mpi_user(&turns_); }
  bool pinned() const { return pool_ != nullptr && pool_->pinned(); }
  const std::shared_ptr<RankMemory>& memory() const { return options_.memory; }
  /// How many results this rank holds for later runs.
  std::size_t held() {
    return exchange_.locked([&] { return worker_.held(); });
  }

  /// To be called first. Waits until each rank that this one listens to has said something, and calls `heard`
  /// for each.
  void wait_for_first_words(const std::function<void(std::uint32_t rank)>& heard);

  // Ranks other than 0.
  /// Works for rank 0 until that shuts down.
  void serve();

  // Rank 0.
  /// Runs the plan on all ranks and waits until the run is complete. `watch` is called every 50 ms or so with
  /// the number of done tasks of each group; it may cancel or stop the run.
  using OnProgress = std::function<void(const std::vector<std::uint64_t>& done_by_group)>;
  RunOutcome run(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
                 const RunSettings& settings, const OnProgress& watch);
  /// All runs, while this thread waits for one of them.
  Coordinator& coordinator() { return *coordinator_; }
  /// The signal by which another rank was asked to stop; 0: none.
  int stop_asked() const { return signals_.asked(); }
  /// Calls a kernel without inputs once on every rank, rank 0 too, in the serving or computing thread, while
  /// no task runs. Returns the results by rank.
  /// Throws: Error with what the first rank that failed has thrown.
  std::vector<Value> call_everywhere(KernelId kernel, std::span<const std::byte> arguments);
  /// Tells all ranks to shut down, waits until each has said goodbye, and lets them leave, all within
  /// `timeout`. Returns whether all have left.
  bool shut_down(std::chrono::milliseconds timeout);
  [[noreturn]] void abort(int exit_code) { exchange_.abort(exit_code); }

 private:
  /// Lets users' functions take turns with the exchange.
  class Turns final : public MpiUser {
   public:
    explicit Turns(Node& node) : node_(node) {}
    void lock_mpi() override BASK_LOCKS_UNCHECKED { node_.exchange_.lock(); }
    void unlock_mpi() override BASK_LOCKS_UNCHECKED { node_.exchange_.unlock(); }
    void pulse() override { node_.try_beat(); }

   private:
    Node& node_;
  };

  void drive(Waiting& waiting);
  void beat();
  void try_beat();
  bool say_goodbye();
  std::function<void()> beats_aside();
  void answer_call();
  void see_to_signals();
  Waiting waiting() { return Waiting(exchange_, switchboard_.news(), options_.backoff); }

  const NodeOptions options_;
  Switchboard switchboard_;
  Exchange exchange_;
  std::unique_ptr<ThreadPool> pool_;
  Worker worker_;
  std::optional<Coordinator> coordinator_;  // of rank 0
  Heartbeats heartbeats_;
  Farewell farewell_;
  RankCalls calls_;
  StopSignals signals_;
  Turns turns_{*this};
  std::optional<Pulse> pulse_;  // of rank 0; destroyed first, as its thread uses the others
};

}  // namespace bask
