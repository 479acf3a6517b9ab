// client.hpp: the Client, with which a program computes on the threads of this machine or the ranks of a job.
// Runs on: rank 0. Threads: one makes and uses a client. A second compute() while one runs throws Error.
#pragma once

#include <bask/collections/delayed.hpp>
#include <bask/core/memory_use.hpp>
#include <bask/core/mpi_turn.hpp>
#include <bask/core/options.hpp>
#include <bask/graph/runtime.hpp>

#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bask {

class CostModel;
class FailedTasks;
class JobCheckpoint;
class JobForecast;
class JobWatch;
class Node;
class PlanOnly;
class RankMemory;
class ThreadPool;
struct ClientSetup;
struct Computed;
struct Expansion;
struct Plan;
struct ResultSizes;

/// One process of the job.
struct RankSummary {
  std::string host;
  unsigned cores = 1;    ///< in its affinity mask
  unsigned threads = 1;  ///< that run tasks; 0: it runs none
  /// Bytes that it may hold at once: results, and what is held for them. The program has `memory_margin`
  /// bytes beside them.
  std::uint64_t memory_limit = 0, memory_margin = 0;
};

/// What there is to compute with.
struct ClientInfo {
  Scheduler scheduler = Scheduler::kThreads;
  std::string host;                                   ///< of rank 0
  unsigned cores = 1;                                 ///< in rank 0's affinity mask
  unsigned threads = 1;                               ///< that run tasks, over all ranks
  bool pinned = false;                                ///< each thread of rank 0 to one core
  std::uint64_t memory_limit = 0, memory_margin = 0;  ///< the sums over all ranks
  std::vector<RankSummary> ranks;                     ///< by rank; one entry without MPI
};

/// What the last computation moved from rank to rank, what its plan had forecast, and what memory it took.
/// The forecast of results leaves out constants, that of bytes includes them. The bytes of arrays are known
/// beforehand; those of other results are learned from earlier computations of the same functions.
struct ComputeStatistics {
  std::uint64_t tasks = 0;
  std::uint64_t results_moved = 0, results_forecast = 0;
  std::uint64_t bytes_moved = 0, bytes_forecast = 0;
  std::vector<MemoryUse> memory = {};  ///< by rank
};

/// compute(), persist() and visualize() work while a client lives. `bask::run` makes one. A program that does
/// without `bask::run` makes its own, for one process: `bask::Client client(options);`
class Client final : public Runtime {
 public:
  explicit Client(const Options& options = {});
  /// For all ranks of a job: `node` is rank 0's, `ranks` describes each rank, and `checkpoint` keeps their
  /// results (null: nothing does). `watch` writes down what the job does (null: nobody looks). All must
  /// outlive the client.
  Client(const Options& options, Node& node, std::vector<RankSummary> ranks,
         JobCheckpoint* checkpoint = nullptr, JobWatch* watch = nullptr);
  ~Client() override;

  const ClientInfo& info() const { return info_; }
  const Options& options() const { return options_; }
  const ComputeStatistics& last_compute() const { return last_; }

  bool knows_values() const override { return !options_.plan; }
  Results compute(std::span<const TaskRef* const> targets) override;
  std::vector<TaskRef> persist(std::span<const TaskRef* const> targets) override;
  void visualize(std::span<const TaskRef* const> targets, const std::string& path) override;
  std::vector<Value> call_everywhere(KernelId kernel, std::span<const std::byte> arguments) override;
  void note_input(const std::string& name, const std::string& identity) override;

  /// How many computations have begun so far, and how many of them have succeeded.
  std::uint64_t computations() const { return computations_; }
  std::uint64_t computations_done() const { return computations_done_; }
  /// To be called when the program ends with this exit code: removes the journal when nobody needs its
  /// results any more. `bask::run` calls it. Without this call the journal stays.
  void finish(int exit_code);
  /// To be called when the process ends with this exit code in the middle of the program: when it returns,
  /// the results that were kept are safe on the disk.
  void give_up(int exit_code);

  /// Calls F once on every rank, outside of all tasks, as Dask's `Client.run` does. Each rank calls F in the
  /// thread that called `bask::run`, so F's thread-local variables keep their values from call to call. F may
  /// take as long as it likes; when a rank dies meanwhile, the job ends. F may use MPI, on communicators of
  /// its own, while it holds a `bask::MpiTurn` (bask/core/mpi_turn.hpp), because Bask's own MPI calls go on
  /// while F runs. Returns the results by rank.
  /// Throws: Error with what F threw, from the first rank that failed.
  template <auto F, class... As>
  auto run(const As&... arguments) {
    using RankCall = arguments::Call<FunctionCallee<F>, std::decay_t<const As&>...>;
    using R = typename arguments::DelayedResult<typename decltype(RankCall::invoker(
        std::index_sequence_for<As...>{}))::type>::value_type;
    arguments::CallPacker packer;
    (arguments::Argument<std::decay_t<const As&>>::pack(arguments, packer), ...);
    std::vector<R> results;
    refuse_lazy(packer.inputs().size());
    for (Value& value : call_everywhere(RankCall::kernel, packer.bytes())) {
      results.push_back(std::move(value.get_mutable<R>()));
    }
    return results;
  }

 private:
  Client(const Options& options, ClientSetup setup);
  void begin_to_compute();
  std::unique_lock<std::mutex> only_computation();
  Computed run_targets(std::span<const TaskRef* const> targets, bool hold);
  std::vector<Value> call_all_ranks(KernelId kernel, std::span<const std::byte> arguments);
  Computed recall_and_run(std::span<const TaskRef* const> targets, bool hold);
  Computed run_plan(Expansion& expansion, bool hold);
  void tell_forecast(Expansion& expansion, const Plan& plan, const ResultSizes& sizes, bool hold);
  static void refuse_lazy(std::size_t inputs);

  const Options options_;
  ClientInfo info_;
  bool other_nodes_ = false;  // the ranks run on several nodes
  ComputeStatistics last_;
  std::unique_ptr<CostModel> costs_;
  Node* const node_ = nullptr;                     // null: one process
  std::unique_ptr<JobCheckpoint> own_checkpoint_;  // of one process
  JobCheckpoint* checkpoint_ = nullptr;
  std::shared_ptr<RankMemory> memory_;   // of this process
  std::unique_ptr<JobWatch> own_watch_;  // of one process
  JobWatch* watch_ = nullptr;
  std::shared_ptr<FailedTasks> failed_tasks_;  // of this process; null: none is kept
  std::uint64_t computations_ = 0, computations_done_ = 0;
  std::unique_ptr<PlanOnly> plan_only_;    // null: computations are run
  std::unique_ptr<JobForecast> forecast_;  // of each computation before it runs; null: none is made
  std::unique_ptr<ThreadPool> pool_;       // of one process; none for the sync scheduler
  std::mutex one_at_a_time_;
};

/// "Client: threads scheduler, 8 threads on 8 cores of n1, memory limit 16 GiB", or of all ranks.
std::ostream& operator<<(std::ostream& out, const Client& client);

}  // namespace bask
