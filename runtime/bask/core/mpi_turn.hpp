// mpi_turn.hpp: when a user's function may call MPI, whose calls in one process must not meet
// (MPI_THREAD_SERIALIZED), while Bask's own go on in other threads.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

/// While it lives, Bask makes no MPI call in this process, so its thread may, on communicators of its own. A
/// thread may have several, one inside the other. Where Bask does not use MPI it does nothing.
///
///     double sum_over_ranks(double x) {       // called by client.run<sum_over_ranks>(x)
///       const bask::MpiTurn turn;
///       MPI_Allreduce(MPI_IN_PLACE, &x, 1, MPI_DOUBLE, MPI_SUM, own_communicator());
///       return x;
///     }
///
/// Meanwhile this rank cannot say that it is alive: a turn that is longer than --bask-heartbeat-timeout ends
/// the job, unless it calls pass() every second or so.
class MpiTurn {
 public:
  /// Waits until Bask's own call has returned, which takes microseconds.
  MpiTurn();
  ~MpiTurn();
  MpiTurn(const MpiTurn&) = delete;
  MpiTurn& operator=(const MpiTurn&) = delete;

  /// Lets Bask's messages through when it is time to. Cost: a look at the clock. Requests that are under way
  /// stay so.
  void pass();
};

/// What calls MPI for Bask in this process.
class MpiUser {
 public:
  virtual void lock_mpi() = 0;
  virtual void unlock_mpi() = 0;
  /// Sends and receives what there is, under the lock that it takes itself.
  virtual void pulse() = 0;

 protected:
  ~MpiUser() = default;
};

/// From now on turns are taken from `user`; null: from nobody. No turn is taken meanwhile.
void set_mpi_user(MpiUser* user);

}  // namespace bask
