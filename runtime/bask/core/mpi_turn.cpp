#include <bask/core/mpi_turn.hpp>

#include <atomic>
#include <chrono>

namespace bask {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongest{50};  // without a turn for Bask

std::atomic<MpiUser*> mpi_user{nullptr};
std::atomic<Clock::rep> pulse_due{0};  // ticks of Clock
thread_local int turns_of_thread = 0;

// Whether Bask's turn is due. Only one of several threads is told so; it then calls pulse().
bool take_pulse() {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  Clock::rep due = pulse_due.load(std::memory_order_relaxed);
  return now >= due && pulse_due.compare_exchange_strong(due, now + Clock::duration(kLongest).count());
}

}  // namespace

void set_mpi_user(MpiUser* user) {
  mpi_user.store(user);
}

// Bask may be due here as well as in pass(): many short turns keep it from MPI as much as a long one.
MpiTurn::MpiTurn() {
  MpiUser* const user = mpi_user.load();
  if (turns_of_thread++ != 0 || user == nullptr) return;
  if (take_pulse()) user->pulse();
  user->lock_mpi();
}

MpiTurn::~MpiTurn() {
  MpiUser* const user = mpi_user.load();
  if (--turns_of_thread == 0 && user != nullptr) user->unlock_mpi();
}

void MpiTurn::pass() {
  MpiUser* const user = mpi_user.load();
  if (user == nullptr || turns_of_thread > 1 || !take_pulse()) return;
  user->unlock_mpi();
  user->pulse();
  user->lock_mpi();
}

}  // namespace bask
