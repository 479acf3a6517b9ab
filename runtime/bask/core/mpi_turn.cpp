#include <bask/core/mpi_turn.hpp>

#include <atomic>
#include <chrono>

namespace bask {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongest{50};  // before Bask has its turn

std::atomic<MpiUser*> mpi_user{nullptr};
std::atomic<Clock::rep> pulse_due{0};  // since the clock's beginning
thread_local int turns_of_thread = 0;

// Whether so much time has gone by that Bask is to have its turn now, which the caller then sees to.
bool take_pulse() {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  Clock::rep due = pulse_due.load(std::memory_order_relaxed);
  return now >= due && pulse_due.compare_exchange_strong(due, now + Clock::duration(kLongest).count());
}

}  // namespace

void set_mpi_user(MpiUser* user) {
  mpi_user.store(user);
}

// Many short turns leave no more time between them than a long one.
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
