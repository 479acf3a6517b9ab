// journal_cost.hpp: what appending to a journal has cost lately, and so will cost next: the time of a call,
// the speed of the file and of the disk, and what the disk has not got yet.
// Runs on: every rank. Threads: any, without a lock; but for `written`, `synced` and `set_not_synced`, whose
// caller holds the journal's lock.
#pragma once

#include <bask/journal/recent_rate.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bask {

class JournalCost {
 public:
  /// A payload of so many bytes was appended; the caller spent `ns` on it.
  void appended(std::size_t bytes, std::int64_t ns);
  /// So many bytes were written to the file, or brought to the disk.
  void written(std::uint64_t bytes, std::int64_t ns);
  void synced(std::uint64_t bytes, std::int64_t ns);
  void set_not_synced(std::uint64_t bytes) { not_synced_.store(bytes, std::memory_order_relaxed); }

  /// What appending so many bytes will cost, in ns of a thread.
  std::int64_t of(std::uint64_t bytes) const;
  /// What all callers together have spent.
  double append_seconds() const {
    return static_cast<double>(append_ns_.load(std::memory_order_relaxed)) * 1e-9;
  }

 private:
  std::atomic<std::int64_t> append_ns_ = 0;
  std::atomic<std::int64_t> small_appends_ = 0, small_append_ns_ = 0;  // of payloads of a few bytes
  RecentRate writes_{0.5}, syncs_{2.0};
  std::atomic<std::uint64_t> not_synced_ = 0;
};

}  // namespace bask
