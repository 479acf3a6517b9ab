// fork_lock.hpp: locks that a thread holds while it forks, so that a child, which has that thread alone,
// finds them free, and what they guard whole. Runs on: every rank. Threads: any. Invariants: (1) outer locks
// are taken before inner ones; a thread that holds an inner one takes no other
//             lock of these, and a thread that holds any does not fork.
#pragma once

#include <mutex>
#include <new>
#include <type_traits>

namespace bask {

enum class ForkOrder { kOuter, kInner };

struct ForkHandler {
  ForkOrder order;
  void (*before)();
  void (*in_parent)();
  void (*in_child)();
};

/// At most 16. Before main: a thread that did it later could be amid it when another forks.
void add_fork_handler(const ForkHandler& handler);

/// For the mutex that the function `mutex_of` returns, which is made now if it is not yet. Before main:
///
///     const bool held_while_forking = hold_while_forking<the_lock>(ForkOrder::kInner);
template <auto mutex_of>
bool hold_while_forking(ForkOrder order) {
  mutex_of();
  add_fork_handler({order, [] { mutex_of().lock(); }, [] { mutex_of().unlock(); },
                    [] {
                      using Mutex = std::remove_reference_t<decltype(mutex_of())>;
                      if constexpr (std::is_same_v<Mutex, std::recursive_mutex>) {
                        // The system lets only the parent's thread unlock it.
                        new (&mutex_of()) Mutex;
                      } else {
                        mutex_of().unlock();
                      }
                    }});
  return true;
}

}  // namespace bask
