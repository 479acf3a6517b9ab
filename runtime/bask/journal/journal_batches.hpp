// journal_batches.hpp: the records of one journal on their way to the file: each has its place there from the
// moment it is appended. Small ones are gathered in a batch, which the writing thread takes; large ones are
// written by the thread that appends them.
// Runs on: every rank. Threads: any may append and sync; the writing and the syncing thread (JournalThreads)
// take their work here. All of them wait under one mutex, the journal's lock;
// no thread writes while it holds it.
// Invariants: (1) a mark says that all before it has reached the disk; (2) after the first failure nothing
//             more is appended, and what was appended before is still tried.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/journal/journal_cost.hpp>
#include <bask/journal/journal_file.hpp>
#include <bask/journal/journal_writer.hpp>
#include <bask/journal/record_batch.hpp>
#include <bask/journal/record_places.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace bask {

class JournalBatches {
 public:
  explicit JournalBatches(const JournalFile& file) : file_(file) {}
  JournalBatches(const JournalBatches&) = delete;
  JournalBatches& operator=(const JournalBatches&) = delete;

  // ---- For threads that append ----

  /// `head`: from make_record_head, not yet bound to a place. A small record waits while 16 MiB wait to be
  /// written. Returns the record's offset in the file; 0 when the journal has failed.
  std::uint64_t append(RecordHead head, std::span<const std::byte> payload);
  /// Waits until all records that were appended before are in the file, or, with `to_disk`, on the disk; or
  /// until the journal has failed.
  void write_all(bool to_disk);
  bool has_failed() const { return has_failed_.load(std::memory_order_relaxed); }
  std::string failure() const;
  /// All but JournalStatistics::background_seconds.
  JournalStatistics statistics() const;
  std::int64_t cost_ns(std::uint64_t bytes) const { return cost_.of(bytes); }
  /// The memory of both batches.
  std::uint64_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

  // ---- For the writing thread ----

  /// Waits for a batch that is `patience` old, large enough, or asked for by write_all(). Null: the journal
  /// is closing, and all is written. The batch is the writing thread's until it calls batch_written().
  const RecordBatch* next_batch(std::chrono::milliseconds patience);
  void batch_written(const BatchWritten& written, std::int64_t ns);

  // ---- For the syncing thread ----

  /// Waits until the first write since the last sync is `patience` old, or write_all() asks for the disk.
  /// Returns the offset up to which the file is whole now;
  /// nothing when the journal is closing and all is on the disk.
  std::optional<std::uint64_t> next_sync(std::chrono::milliseconds patience);
  /// Writes a mark that says: all before `synced_to` has reached the disk. It is not noted as written, as a
  /// mark must not cause the next sync.
  void write_mark(std::uint64_t synced_to);
  void sync_ended(std::uint64_t synced_to, int error, std::int64_t ns);

  // ---- For the owner of the threads ----

  /// Makes both threads end, once all is on the disk. Nobody may append any more.
  void close();

 private:
  /// The writing thread waits by `to_write`, the syncing thread by `to_sync`, all others by `changed`.
  struct Conditions {
    Condition to_write, to_sync, changed;
  };
  /// Nothing is to be synced while `since` is empty.
  struct SyncDemand {
    std::optional<std::chrono::steady_clock::time_point> since;  ///< the first write after the last sync
    unsigned waiting = 0;                                        ///< threads in `write_all` for the disk
    unsigned waiting_for_file = 0;                               ///< all threads in `write_all`
  };
  enum class Phase : std::uint8_t { kOpen, kClosing, kWritten };

  std::uint64_t append_to_batch(RecordHead& head, std::span<const std::byte> payload);
  std::uint64_t write_alone(RecordHead& head, std::span<const std::byte> payload);
  void note_appended(const RecordHead& head, std::uint64_t bytes) BASK_REQUIRES(mutex_);
  void note_written(std::uint64_t end) BASK_REQUIRES(mutex_);
  void end_alone(std::uint64_t offset, std::uint64_t bytes, int error) BASK_REQUIRES(mutex_);
  void fail(int error, const char* what) BASK_REQUIRES(mutex_);
  void cut_back_when_quiet() const BASK_REQUIRES(mutex_);
  bool is_batch_urgent() const BASK_REQUIRES(mutex_);
  void count_held() BASK_REQUIRES(mutex_);

  const JournalFile& file_;
  JournalCost cost_;

  mutable Mutex mutex_;  // the journal's lock
  Conditions conditions_;
  RecordBatch batch_ BASK_GUARDED_BY(mutex_);    // records are appended to it
  RecordBatch writing_ BASK_GUARDED_BY(mutex_);  // from next_batch() to batch_written() the writing thread's
  RecordPlaces places_ BASK_GUARDED_BY(mutex_){sizeof(JournalHeader)};
  SyncDemand sync_demand_ BASK_GUARDED_BY(mutex_);
  Phase phase_ BASK_GUARDED_BY(mutex_) = Phase::kOpen;
  std::atomic<bool> has_failed_ = false;       // changes under the lock
  std::atomic<std::uint64_t> held_bytes_ = 0;  // likewise
  std::string failure_ BASK_GUARDED_BY(mutex_);
  JournalStatistics statistics_ BASK_GUARDED_BY(mutex_){.bytes = sizeof(JournalHeader)};
};

}  // namespace bask
