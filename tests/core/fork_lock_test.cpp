// Locks while forking: locks that other threads of the parent held are free in the child. They are taken in
// the order that avoids deadlocks.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/core/fork_lock.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace bask {
namespace {

std::recursive_mutex outer_mutex;
std::mutex inner_mutex;
std::recursive_mutex& outer() {
  return outer_mutex;
}
std::mutex& inner() {
  return inner_mutex;
}
// Registered inner first: the order of registration must not be the order of locking.
const bool inner_held = hold_while_forking<inner>(ForkOrder::kInner);
const bool outer_held = hold_while_forking<outer>(ForkOrder::kOuter);

int writes_begun = 0, writes_ended = 0;  // equal whenever the locks are free

TEST(ForkLock, LeavesLocksFreeAndWhatTheyGuardWholeInTheChild) {
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      const std::lock_guard outer_lock(outer());
      const std::lock_guard inner_lock(inner());
      ++writes_begun;
      std::this_thread::yield();
      ++writes_ended;
    }
  });
  for (int i = 0; i < 100; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      const std::lock_guard outer_lock(outer());
      const std::lock_guard again(outer());
      const std::lock_guard inner_lock(inner());
      _exit(writes_begun == writes_ended ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  done = true;
  other.join();
}

TEST(ForkLock, LeavesLocksFreeInTheParent) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  std::thread other([] {
    const std::lock_guard outer_lock(outer());
    const std::lock_guard inner_lock(inner());
  });
  other.join();
}

TEST(ForkLock, LetsSeveralThreadsFork) {
  std::vector<std::thread> threads;
  std::atomic<int> ended{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const pid_t child = fork();
        if (child == 0) {
          const std::lock_guard outer_lock(outer());
          _exit(0);
        }
        int status = -1;
        waitpid(child, &status, 0);
        ended += status == 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 80);
}

}  // namespace
}  // namespace bask
