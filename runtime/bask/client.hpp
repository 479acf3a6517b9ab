// client.hpp: what computes: the machine, or the ranks of a job, as one program sees them.
// Runs on: rank 0. Threads: made and used by one; a second compute() while one runs is refused.
#pragma once

#include <bask/collections/delayed.hpp>
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
class JobCheckpoint;
class Node;
class ThreadPool;
struct ClientSetup;
struct Computed;
struct Expansion;

/// One process of the job.
struct RankSummary {
  std::string host;
  unsigned cores = 1;              ///< in its affinity mask
  unsigned threads = 1;            ///< that run tasks; 0: it runs none
  std::uint64_t memory_limit = 0;  ///< bytes of results held at once
};

/// What there is to compute with.
struct ClientInfo {
  Scheduler scheduler = Scheduler::kThreads;
  std::string host;                ///< of rank 0
  unsigned cores = 1;              ///< in rank 0's affinity mask
  unsigned threads = 1;            ///< that run tasks, over all ranks
  bool pinned = false;             ///< each thread of rank 0 to one core
  std::uint64_t memory_limit = 0;  ///< bytes of results held at once, over all ranks
  std::vector<RankSummary> ranks;  ///< by rank; one entry without MPI
};

/// What the last computation moved from rank to rank, and what its plan said beforehand: of results without
/// constants, of bytes with them. Bytes of arrays are known beforehand, those of other results are learned
/// from earlier computations of the same functions.
struct ComputeStatistics {
  std::uint64_t tasks = 0;
  std::uint64_t results_moved = 0, results_forecast = 0;
  std::uint64_t bytes_moved = 0, bytes_forecast = 0;
  std::vector<std::uint64_t> peak_bytes = {};  ///< of results held at once, by rank
};

/// While it lives, compute(), persist() and visualize() work. `bask::run` makes one; a program that has its
/// own `main` loop may as well, for one process: `bask::Client client(options);`
class Client final : public Runtime {
 public:
  explicit Client(const Options& options = {});
  /// With the ranks that `node` speaks for, of which `ranks` tells, and what keeps their results, if
  /// anything does. Both must outlive the client.
  Client(const Options& options, Node& node, std::vector<RankSummary> ranks,
         JobCheckpoint* checkpoint = nullptr);
  ~Client() override;

  const ClientInfo& info() const { return info_; }
  const Options& options() const { return options_; }
  const ComputeStatistics& last_compute() const { return last_; }

  Results compute(std::span<const TaskRef* const> targets) override;
  std::vector<TaskRef> persist(std::span<const TaskRef* const> targets) override;
  void visualize(std::span<const TaskRef* const> targets, const std::string& path) override;
  std::vector<Value> call_everywhere(KernelId kernel, std::span<const std::byte> arguments) override;
  void note_input(const std::string& name, const std::string& identity) override;

  /// How many computations have begun so far, and how many have come to their end.
  std::uint64_t computations() const { return computations_; }
  std::uint64_t computations_done() const { return computations_done_; }
  /// The program ends with this exit code: a journal of results that nobody needs any more is removed.
  /// `bask::run` calls it; without it the journal stays.
  void finish(int exit_code);
  /// The process ends with this exit code in the middle of the program: what was kept is safe when it
  /// returns.
  void give_up(int exit_code);

  /// Calls F once on every rank, as `Client.run` of Dask does, outside of all tasks: on each in the thread
  /// that was in `bask::run`, so what F keeps for its thread stays. It may take as long as it likes; a rank
  /// that dies meanwhile ends the job. F may use MPI, on communicators of its own, while it has a
  /// `bask::MpiTurn` (bask/core/mpi_turn.hpp): Bask's own calls go on while F runs. Returns the results by
  /// rank. Throws: Error with what F has thrown on the first rank where it did.
  template <auto F, class... As>
  auto run(const As&... arguments) {
    using Call = arguments::Call<FunctionCallee<F>, std::decay_t<const As&>...>;
    using R = typename arguments::DelayedResult<typename decltype(Call::invoker(
        std::index_sequence_for<As...>{}))::type>::value_type;
    arguments::CallPacker packer;
    (arguments::Argument<std::decay_t<const As&>>::pack(arguments, packer), ...);
    std::vector<R> results;
    refuse_lazy(packer.inputs().size());
    for (Value& value : call_everywhere(Call::kernel, packer.bytes())) {
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
  Computed run_plan(const Expansion& expansion, bool hold);
  static void refuse_lazy(std::size_t inputs);

  const Options options_;
  ClientInfo info_;
  bool other_nodes_ = false;  // ranks run on several
  ComputeStatistics last_;
  std::unique_ptr<CostModel> costs_;
  Node* const node_ = nullptr;                     // null: one process
  std::unique_ptr<JobCheckpoint> own_checkpoint_;  // of one process
  JobCheckpoint* checkpoint_ = nullptr;
  std::uint64_t computations_ = 0, computations_done_ = 0;
  std::unique_ptr<ThreadPool> pool_;  // of one process; none for the sync scheduler
  std::mutex one_at_a_time_;
};

/// "Client: threads scheduler, 8 threads on 8 cores of n1, memory limit 16 GiB", or of all ranks.
std::ostream& operator<<(std::ostream& out, const Client& client);

}  // namespace bask
