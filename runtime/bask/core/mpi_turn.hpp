// mpi_turn.hpp: lets a user's function call MPI although Bask's own threads do so too. Calls from one process
// must not overlap (MPI_THREAD_SERIALIZED), so the two take turns.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

/// While it lives, Bask makes no MPI call in this process: the thread that made it may, on communicators of
/// its own. Turns of one thread nest. Where Bask does not use MPI, a turn does nothing.
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

  /// Lets Bask's messages through if Bask has had no turn for 50 ms. Cost: a look at the clock. The caller's
  /// own requests stay under way.
  void pass();
};

/// What calls MPI for Bask in this process.
class MpiUser {
 public:
  virtual void lock_mpi() = 0;
  virtual void unlock_mpi() = 0;
  /// Sends and receives what there is. Takes the lock itself.
  virtual void pulse() = 0;

 protected:
  ~MpiUser() = default;
};

/// From now on a turn locks `user`; null: nothing. No thread may have a turn, or take one, during the call.
void set_mpi_user(MpiUser* user);

}  // namespace bask
