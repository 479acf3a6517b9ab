#include <bask/execution/interrupt.hpp>

#include <atomic>

namespace bask {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only use lock-free atomics");

// The second signal, of either kind, does what it always did: it ends the process.
void note(int signal) {
  received.store(signal);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

// What is ignored stays so, as for a program that a shell script started in the background.
void install(int signal, const struct sigaction& action, struct sigaction& old) {
  sigaction(signal, &action, &old);
  if (old.sa_handler == SIG_IGN) sigaction(signal, &old, nullptr);
}

}  // namespace

Interruptible::Interruptible() {
  received.store(0);
  struct sigaction action {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  install(SIGINT, action, old_interrupt_);
  install(SIGTERM, action, old_terminate_);
}

Interruptible::~Interruptible() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

int Interruptible::signal() const {
  return received.load();
}

}  // namespace bask
