// journal_cost.hpp: estimates what appending to a journal will cost from what it has cost lately: from the
// time of a call, the speeds of the file and of the disk, and the bytes that are not on the disk yet.
// Runs on: every rank. Threads: any, without a lock; but the caller of written(), synced() and
// set_not_synced() holds the journal's lock.
#pragma once

#include <bask/journal/recent_rate.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bask {

class JournalCost {
 public:
  /// A payload of `bytes` was appended; the caller spent `ns` on it.
  void appended(std::size_t bytes, std::int64_t ns);
  /// `bytes` were written to the file, or brought to the disk, in `ns`.
  void written(std::uint64_t bytes, std::int64_t ns);
  void synced(std::uint64_t bytes, std::int64_t ns);
  void set_not_synced(std::uint64_t bytes) { not_synced_.store(bytes, std::memory_order_relaxed); }

  /// The estimated cost of appending `bytes`, in ns of a thread; so large that nothing is kept when the disk
  /// is more than 2 s behind.
  std::int64_t of(std::uint64_t bytes) const;
  /// The time that all callers together have spent.
  double append_seconds() const {
    return static_cast<double>(append_ns_.load(std::memory_order_relaxed)) * 1e-9;
  }

 private:
  std::atomic<std::int64_t> append_ns_ = 0;
  std::atomic<std::int64_t> small_appends_ = 0, small_append_ns_ = 0;  // of payloads up to 256 bytes
  RecentRate writes_{0.5}, syncs_{2.0};
  std::atomic<std::uint64_t> not_synced_ = 0;
};

}  // namespace bask
