#include <bask/core/error.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/safety/crash_report.hpp>
#include <bask/system/affinity.hpp>
#include <bask/system/kept_memory.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace bask {

ThreadPool::ThreadPool(unsigned threads, Pin pin, std::vector<unsigned> cpus,
                       std::chrono::milliseconds idle_after)
    : idle_after_(idle_after) {
  const std::vector<unsigned>& own = CoreMask::of_process().cpus();
  // With Pin::kAuto a pool is pinned only when it fills the mask of the process, or when the ranks of the
  // node have agreed on `cpus`: several processes that each chose some cores of one mask
  // would choose the same ones.
  pinned_ = pin == Pin::kOn || (pin == Pin::kAuto && (!cpus.empty() || threads == own.size()));
  if (cpus.size() != threads) cpus = own;
  for (unsigned thread = 0; thread < threads; ++thread) {
    const int cpu = pinned_ ? static_cast<int>(cpus[thread % cpus.size()]) : -1;
    try {
      threads_.emplace_back([this, thread, cpu] { loop(thread, cpu); });
    } catch (const std::system_error& error) {
      close();
      throw Error("threads",
                  "the system allowed " + std::to_string(thread) + " of " + std::to_string(threads) +
                      " threads: " + error.what(),
                  "ask for fewer with --bask-threads, or raise the limit (ulimit -u, ulimit -v)",
                  ExitCode::kUsage);
    }
  }
}

ThreadPool::Round::Round(ThreadPool& pool, std::function<void(unsigned)> body, std::function<void()> stop)
    : pool_(pool), body_(std::move(body)), stop_(std::move(stop)) {
  pool_.start(body_);
}

ThreadPool::Round::~Round() {
  if (pool_.wait_for(std::chrono::milliseconds(0))) return;
  stop_();
  while (!pool_.wait_for(std::chrono::seconds(1))) {
  }
}

ThreadPool::~ThreadPool() {
  close();
}

void ThreadPool::close() {
  {
    const Held held(mutex_);
    closing_ = true;
  }
  started_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::start(const std::function<void(unsigned)>& body) {
  {
    const Held held(mutex_);
    body_ = &body;
    busy_ = threads();
    ++round_;
  }
  started_.notify_all();
}

bool ThreadPool::wait_for(std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  const Held held(mutex_);
  while (busy_ != 0 && returned_.wait_until(mutex_, end)) {
  }
  return busy_ == 0;
}

void ThreadPool::loop(unsigned thread, int cpu) {
  if (cpu >= 0) CoreMask::pin_this_thread(static_cast<unsigned>(cpu));
  const CrashWatch watch;
  std::uint64_t round = 0;
  Held held(mutex_);
  while (true) {
    while (!closing_ && round_ == round) started_.wait(mutex_);
    if (closing_) return;
    round = round_;
    const std::function<void(unsigned)>& body = *body_;
    held.unlock();
    body(thread);
    held.lock();
    if (--busy_ != 0) continue;
    returned_.notify_all();
    if (stays_idle(round)) {
      held.unlock();
      give_back_freed_memory();
      held.lock();
    }
  }
}

// Returns whether no round after this one has begun for a while. Waits for that.
bool ThreadPool::stays_idle(std::uint64_t round) {
  const auto end = std::chrono::steady_clock::now() + idle_after_;
  while (!closing_ && round_ == round) {
    if (!started_.wait_until(mutex_, end)) return !closing_ && round_ == round;
  }
  return false;
}

}  // namespace bask
