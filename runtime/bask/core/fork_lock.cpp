#include <pthread.h>
#include <bask/core/fork_lock.hpp>

#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>

namespace bask {
namespace {

constexpr std::size_t kMost = 16;
constinit std::array<ForkHandler, kMost> handlers{};
constinit std::array<std::atomic<bool>, kMost> is_set{};
constinit std::atomic<std::size_t> taken{0};

// The thread that forks holds it. `called`: the handlers that this fork calls.
constinit std::mutex one_at_a_time;
constinit std::array<bool, kMost> called{};

void before() {
  one_at_a_time.lock();
  for (std::size_t i = 0; i < kMost; ++i) called[i] = is_set[i].load(std::memory_order_acquire);
  for (const ForkOrder order : {ForkOrder::kOuter, ForkOrder::kInner}) {
    for (std::size_t i = 0; i < kMost; ++i) {
      if (called[i] && handlers[i].order == order) handlers[i].before();
    }
  }
}

void in_parent() {
  for (std::size_t i = 0; i < kMost; ++i) {
    if (called[i]) handlers[i].in_parent();
  }
  one_at_a_time.unlock();
}

void in_child() {
  for (std::size_t i = 0; i < kMost; ++i) {
    if (called[i]) handlers[i].in_child();
  }
  one_at_a_time.unlock();
}

}  // namespace

void add_fork_handler(const ForkHandler& handler) {
  static const int registered = pthread_atfork(before, in_parent, in_child);
  (void)registered;
  const std::size_t at = taken.fetch_add(1);
  assert(at < kMost);
  handlers[at] = handler;
  is_set[at].store(true, std::memory_order_release);
}

}  // namespace bask
