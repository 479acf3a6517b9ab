// start_watch.hpp: ends a process that waits too long at the start, from MPI_Init to the first heartbeats, or
// in MPI_Finalize: calls of MPI wait for every rank, and by themselves never give up.
// Runs on: every rank, until the Nodes of all ranks are up, and again once its own has gone. Threads: one
// thread makes, calls and destroys it; it has a thread of its own that watches.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/launch/launch.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace bask {

/// The exit code where a rank, its node or the network is lost (EX_UNAVAILABLE): no task has failed, and what
/// was kept is used when the job starts again.
inline constexpr int kLostExitCode = 69;

/// When a phase of the start takes longer than `timeout`, it writes to stderr which phase that is, which
/// ranks are missing, if that is known, and how to fix it. Then it ends the process with exit code 69, and
/// the launcher ends the other ranks. A timeout of 0 does nothing.
///
///     StartWatch watch(options.start_timeout, launch, host);
///     boost::mpi::environment environment(...);                 // the first phase
///     watch.enter("at the start, in the exchange of hosts", {"rank 0 (n1)", "rank 1", "rank 2"});
///     while (...) watch.rank_arrived(receive_from_any_rank());
class StartWatch {
 public:
  StartWatch(std::chrono::nanoseconds timeout, const Launch& launch, const std::string& host);
  ~StartWatch();
  StartWatch(const StartWatch&) = delete;
  StartWatch& operator=(const StartWatch&) = delete;

  /// From now on this process waits in another phase ("at the start, in ..."). `awaited` has the name of rank
  /// i at index i; an empty name: this process does not wait for that rank; no names: nobody knows for which.
  /// The time begins anew.
  void enter(const std::string& phase, std::vector<std::string> awaited);
  /// This rank, the index of a name in `awaited`, has arrived.
  void rank_arrived(std::size_t rank);
  /// The awaited rank has said that it takes longer. The time begins anew.
  void restart();

 private:
  void watch();
  void write_text() BASK_REQUIRES(mutex_);

  const std::chrono::nanoseconds timeout_, patience_;
  const std::string speaker_, fix_;
  Mutex mutex_;
  Condition changed_;
  bool has_arrived_ BASK_GUARDED_BY(mutex_) = false;
  bool has_moved_ BASK_GUARDED_BY(mutex_) = false;  // the time begins anew
  std::string phase_ BASK_GUARDED_BY(mutex_);       // empty: MPI_Init
  std::vector<std::string> awaited_ BASK_GUARDED_BY(mutex_);
  std::string text_ BASK_GUARDED_BY(mutex_);  // the message, made beforehand
  std::thread thread_;
};

/// The message of a StartWatch in MPI_Init.
std::string start_timeout_text(std::chrono::nanoseconds timeout, const Launch& launch,
                               const std::string& host);
/// Its message in later phases. `missing`: the names of the awaited ranks, empty for those that have come.
std::string start_timeout_text(const std::string& speaker, std::chrono::nanoseconds waited,
                               const std::string& phase, const std::vector<std::string>& missing,
                               const std::string& fix);

}  // namespace bask
