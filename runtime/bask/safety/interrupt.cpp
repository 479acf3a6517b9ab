#include <bask/safety/interrupt.hpp>

#include <time.h>

#include <atomic>
#include <cstdint>

namespace bask {
namespace {

std::atomic<int> received{0};
std::atomic<std::int64_t> received_at_ms{0};
std::atomic<bool> notice_has_come{false};
std::atomic<int> interruptibles{0};  // alive now
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free,
              "a signal handler may only use lock-free atomics");

constexpr std::int64_t kSameSignal_ms = 1000;

std::int64_t now_ms() {
  struct timespec now {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// The second signal, of either kind, does what it always did: it ends the process.
void note(int signal) {
  const std::int64_t now = now_ms();
  std::int64_t first = 0;  // two threads may receive signals at the same time
  if (received_at_ms.compare_exchange_strong(first, now)) first = now;
  const int before = received.exchange(signal);
  if (before == 0) return;
  if (signal == SIGTERM && before == SIGTERM && now - first < kSameSignal_ms) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void note_notice(int) {
  notice_has_come.store(true);
}

// A signal that is ignored stays so, as in a program that a shell script started in the background.
void install(int signal, void (*handler)(int), struct sigaction& old) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, &old);
  if (old.sa_handler == SIG_IGN) sigaction(signal, &old, nullptr);
}

}  // namespace

Interruptible::Interruptible(bool notes_earlier) {
  if (interruptibles.fetch_add(1) == 0 || !notes_earlier) {
    received.store(0);
    received_at_ms.store(0);
  }
  install(SIGINT, note, old_interrupt_);
  install(SIGTERM, note, old_terminate_);
}

Interruptible::~Interruptible() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
  interruptibles.fetch_sub(1);
}

int Interruptible::signal() const {
  return received.load();
}

StopNotice::StopNotice() {
  install(SIGUSR1, note_notice, old_);
}

StopNotice::~StopNotice() {
  sigaction(SIGUSR1, &old_, nullptr);
}

bool StopNotice::has_come() {
  return notice_has_come.load();
}

std::string signal_text(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT (Ctrl-C)";
    case SIGTERM:
      return "SIGTERM";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "signal " + std::to_string(signal);
  }
}

int received_signal() {
  return received.load();
}

}  // namespace bask
