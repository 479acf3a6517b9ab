#include <execinfo.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bask/safety/crash_report.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

namespace bask {
namespace {

struct CrashSignal {
  int number;
  const char* name;
  bool has_address;  // of what the thread touched
  bool ours = false;
};
std::array<CrashSignal, 5> crash_signals{{{SIGSEGV, "SIGSEGV (segmentation fault)", true},
                                          {SIGBUS, "SIGBUS (bus error)", true},
                                          {SIGFPE, "SIGFPE (arithmetic error)", false},
                                          {SIGILL, "SIGILL (illegal instruction)", false},
                                          {SIGABRT, "SIGABRT (abort)", false}}};

constexpr int kMostFrames = 64;
constexpr unsigned kLongestReport = 5;  // seconds
constexpr std::size_t kReportStackBytes = 128 * 1024;

char speaker[320] = "bask: error: ";  // and "rank 3 (n2): "
std::atomic<bool> reporting{false};
bool is_child = false;  // a forked copy of the process, with one thread and one task

thread_local RunningTask* own_slot = nullptr;
thread_local const char* own_stack_low = nullptr;

// A line put together without memory from the heap; what does not fit is cut off.
class Line {
 public:
  Line& add(const char* text) {
    while (*text != '\0' && size_ + 1 < sizeof text_) text_[size_++] = *text++;
    return *this;
  }
  Line& add(std::uintptr_t value, unsigned base) {
    char digits[24];
    char* first = digits + sizeof digits - 1;
    *first = '\0';
    do {
      *--first = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    return add(first);
  }
  void write_out() {
    text_[size_++] = '\n';
    std::size_t done = 0;
    while (done < size_) {
      const ssize_t written = write(STDERR_FILENO, text_ + done, size_ - done);
      if (written <= 0) return;
      done += static_cast<std::size_t>(written);
    }
  }

 private:
  char text_[512];
  std::size_t size_ = 0;
};

const CrashSignal* find_signal(int number) {
  const auto* found = std::find_if(crash_signals.begin(), crash_signals.end(),
                                   [&](const CrashSignal& signal) { return signal.number == number; });
  return found == crash_signals.end() ? nullptr : found;
}

// Frames larger than the guard page may step over it: up to 1 MiB below the stack counts as an overflow.
bool is_stack_overflow(const void* address) {
  if (own_stack_low == nullptr) return false;
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto low = reinterpret_cast<std::uintptr_t>(own_stack_low);
  return at < low + 16384 && at + (1u << 20) >= low;
}

void write_report(int number, const siginfo_t& info) {
  const CrashSignal* signal = find_signal(number);
  Line first;
  first.add(speaker).add(signal == nullptr ? "a signal" : signal->name);
  // A signal that another process sent carries no address.
  if (signal != nullptr && signal->has_address && info.si_code > 0) {
    first.add(" at address 0x").add(reinterpret_cast<std::uintptr_t>(info.si_addr), 16);
    if (is_stack_overflow(info.si_addr)) first.add(", a stack overflow,");
  }
  const RunningTask* own = own_slot;
  if (own != nullptr && own->name() != nullptr) {
    first.add(" in task ").add(own->task(), 10).add(" (").add(own->name()).add(")");
  } else {
    first.add(" in a thread that runs no task");
  }
  if (is_child) first.add(", which has a process of its own");
  first.write_out();
  for (const RunningTask& slot : RunningTasks::slots) {
    if (is_child || &slot == own || slot.name() == nullptr) continue;
    Line()
        .add("  another thread ran task ")
        .add(slot.task(), 10)
        .add(" (")
        .add(slot.name())
        .add(")")
        .write_out();
  }
  Line()
      .add("  backtrace (addr2line -Cfpe PROGRAM ADDRESS tells the line of an address in brackets after +):")
      .write_out();
  void* frames[kMostFrames];
  backtrace_symbols_fd(frames, backtrace(frames, kMostFrames), STDERR_FILENO);
}

// All crash signals are blocked meanwhile: a crash in here ends the process at once, by the system.
void on_crash(int number, siginfo_t* info, void*) {
  if (reporting.exchange(true)) {
    while (true) pause();  // another thread crashed first, and ends the process
  }
  if (own_slot != nullptr && !is_child) own_slot->note_crash(number);
  sigset_t alarm_only;
  sigemptyset(&alarm_only);
  sigaddset(&alarm_only, SIGALRM);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGALRM, &standard, nullptr);
  pthread_sigmask(SIG_UNBLOCK, &alarm_only, nullptr);
  alarm(kLongestReport);
  write_report(number, *info);
  alarm(0);
  sigaction(number, &standard, nullptr);
  raise(number);  // comes when this handler returns
}

bool is_standard(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

void set_speaker(int rank, const std::string& host) {
  std::string text = "bask: error: ";
  if (rank >= 0) text += "rank " + std::to_string(rank) + " (" + host + "): ";
  text.resize(std::min(text.size(), sizeof speaker - 1));
  std::memcpy(speaker, text.c_str(), text.size() + 1);
}

// The lowest address of the calling thread's stack, where the guard page ends.
const char* stack_low() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return nullptr;
  void* low = nullptr;
  std::size_t size = 0;
  const bool known = pthread_attr_getstack(&attributes, &low, &size) == 0;
  pthread_attr_destroy(&attributes);
  return known ? static_cast<const char*>(low) : nullptr;
}

}  // namespace

RunningTask& RunningTask::of_this_thread() {
  return own_slot == nullptr ? RunningTasks::spare : *own_slot;
}

void install_crash_report(int rank, const std::string& host) {
  if (!kCrashReports) return;
  set_speaker(rank, host);
  void* frames[2];
  backtrace(frames, 2);  // the first call loads a library, which the handler could not
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const CrashSignal& signal : crash_signals) sigaddset(&action.sa_mask, signal.number);
  for (CrashSignal& signal : crash_signals) {
    struct sigaction old {};
    if (sigaction(signal.number, nullptr, &old) != 0) continue;
    if (!signal.ours && !is_standard(old)) continue;
    signal.ours = sigaction(signal.number, &action, nullptr) == 0;
  }
}

void report_as_child() {
  is_child = true;
  reporting = false;
}

CrashWatch::CrashWatch() {
  if (!kCrashReports || own_slot != nullptr) return;
  slot_ = RunningTasks::take();
  own_slot = slot_;
  own_stack_low = stack_low();
  stack_bytes_ = std::max(kReportStackBytes, static_cast<std::size_t>(std::max(0L, sysconf(_SC_SIGSTKSZ))));
  stack_t old{}, second{};
  if (sigaltstack(nullptr, &old) == 0 && (old.ss_flags & SS_DISABLE) == 0) return;  // it has one already
  void* memory =
      mmap(nullptr, stack_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;  // then only an overflow goes without a report
  second.ss_sp = memory;
  second.ss_size = stack_bytes_;
  if (sigaltstack(&second, nullptr) != 0) {
    munmap(memory, stack_bytes_);
    return;
  }
  stack_ = memory;
}

CrashWatch::~CrashWatch() {
  if (slot_ == nullptr) return;
  own_slot = nullptr;
  own_stack_low = nullptr;
  RunningTasks::give_back(slot_);
  if (stack_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
  munmap(stack_, stack_bytes_);
}

}  // namespace bask
