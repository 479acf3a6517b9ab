#include <bask/execution/interrupt.hpp>

#include <atomic>

namespace bask {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only use lock-free atomics");

}  // namespace

Interruptible::Interruptible() {
  received.store(0);
  struct sigaction action {};
  action.sa_handler = [](int signal) { received.store(signal); };
  action.sa_flags =
      static_cast<int>(SA_RESETHAND);  // the second one does what it always did: it ends the process
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
}

Interruptible::~Interruptible() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

int Interruptible::signal() const {
  return received.load();
}

}  // namespace bask
