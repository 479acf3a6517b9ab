#include "run_counter.hpp"

#include <atomic>
#include <deque>
#include <mutex>

namespace taskbench {
namespace {

struct alignas(64) ThreadCount {
  std::atomic<std::uint64_t> runs{0};
};

struct AllCounts {
  std::mutex mutex;
  std::deque<ThreadCount> of_threads;  // never moved or removed, even when their threads have ended
};

AllCounts& all_counts() {
  static AllCounts counts;
  return counts;
}

ThreadCount& new_count() {
  AllCounts& counts = all_counts();
  const std::lock_guard lock(counts.mutex);
  return counts.of_threads.emplace_back();
}

}  // namespace

void count_run() {
  thread_local ThreadCount& mine = new_count();
  mine.runs.store(mine.runs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::uint64_t count_of_runs() {
  AllCounts& counts = all_counts();
  const std::lock_guard lock(counts.mutex);
  std::uint64_t runs = 0;
  for (const ThreadCount& count : counts.of_threads) runs += count.runs.load(std::memory_order_relaxed);
  return runs;
}

}  // namespace taskbench
