// fork_lock.hpp: locks that a thread holds while it forks. The child has only that thread; it finds the locks
// free and the data behind them consistent.
// Runs on: every rank. Threads: any.
// Invariants: (1) outer locks are taken before inner ones; (2) a thread that holds an inner one takes no
//             other of these locks; (3) a thread that holds any of them does not fork.
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

/// Adds a handler to every fork; there may be 16. Call it before main: later, another thread could fork while
/// this one is still adding.
void add_fork_handler(const ForkHandler& handler);

/// Has every fork hold the mutex that the function `mutex_of` returns. The call makes the mutex if it does
/// not exist yet. Call it before main:
///
///     const bool held_while_forking = hold_while_forking<the_lock>(ForkOrder::kInner);
template <auto mutex_of>
bool hold_while_forking(ForkOrder order) {
  mutex_of();
  add_fork_handler({order, [] { mutex_of().lock(); }, [] { mutex_of().unlock(); },
                    [] {
                      using Mutex = std::remove_reference_t<decltype(mutex_of())>;
                      if constexpr (std::is_same_v<Mutex, std::recursive_mutex>) {
                        // It belongs to the parent's thread: the child's thread, which has another id,
                        // cannot unlock it.
                        new (&mutex_of()) Mutex;
                      } else {
                        mutex_of().unlock();
                      }
                    }});
  return true;
}

}  // namespace bask
