// journal_batches.hpp: the records of one journal on their way to the file: each has its place there from the
// moment it is appended; small ones are gathered and written together, large ones by who has them.
// Runs on: every rank. Threads: any; one makes and destroys it.
// Invariants: (1) places are given in order, and never twice; (2) the head of a record that is written alone
//             is written after its payload; (3) a mark says that all before it has reached the disk.
#pragma once

#include <bask/journal/journal_writer.hpp>
#include <bask/journal/recent_rate.hpp>
#include <bask/system/file_descriptor.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace bask {

class JournalBatches {
 public:
  /// Throws: Error when the file cannot be made.
  JournalBatches(const std::filesystem::path& directory, const JournalIdentity& identity, JournalTimes times);
  /// Writes and syncs the rest.
  ~JournalBatches();
  JournalBatches(const JournalBatches&) = delete;
  JournalBatches& operator=(const JournalBatches&) = delete;

  /// `head`: from make_record_head, not yet bound to a place.
  void append(RecordHead head, std::span<const std::byte> payload);
  void sync();

  bool has_failed() const { return failed_.load(std::memory_order_relaxed); }
  std::string failure() const;
  JournalStatistics statistics() const;
  std::int64_t cost_ns(std::uint64_t bytes) const;
  const std::string& name() const { return name_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// A stretch of the batch that lies together in the file.
  struct Extent {
    std::uint64_t offset;
    std::size_t begin;
  };
  struct Batch {
    std::vector<std::byte> bytes;
    std::vector<Extent> extents;
    void clear();
    std::span<const std::byte> bytes_of(std::size_t extent) const;
  };
  /// How far the writing of a batch came: all, or the end of its last whole record in the file and an error.
  struct BatchWritten {
    std::uint64_t end = 0;
    std::size_t calls = 0;
    int error = 0;
  };

  std::uint64_t reserve(std::uint64_t bytes);
  void append_to_batch(RecordHead& head, std::span<const std::byte> payload);
  void write_alone(RecordHead& head, std::span<const std::byte> payload);
  int write_record(const RecordHead& head, std::uint64_t offset, std::span<const std::byte> payload) const;
  void end_alone(std::uint64_t offset, std::uint64_t bytes, int error);
  void note_written(std::uint64_t end);
  std::uint64_t whole_before() const;
  void fail(int error, const char* what);
  void cut_back_when_quiet();

  void write_in_background();
  void write_once(std::unique_lock<std::mutex>& lock);
  BatchWritten write(const Batch& batch) const;
  void sync_in_background();
  void sync_once(std::unique_lock<std::mutex>& lock);
  void write_mark(std::unique_lock<std::mutex>& lock, std::uint64_t synced_to);

  const std::filesystem::path directory_;
  const std::string name_;
  const JournalTimes times_;
  FileDescriptor file_;
  std::uint64_t nonce_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable to_write_, to_sync_, changed_;
  Batch batch_;  ///< that records are added to
  Clock::time_point batch_since_;
  Batch writing_;  ///< that the background writes: not under the lock while it does
  bool is_writing_ = false;
  std::vector<std::uint64_t> alone_;            ///< offsets of records that are being written alone
  std::uint64_t next_ = sizeof(JournalHeader);  ///< the place of the next record
  std::uint64_t last_end_ = 0;                  ///< of all records that somebody appended
  std::uint64_t written_end_ = sizeof(JournalHeader);
  std::uint64_t synced_to_ = 0;
  bool is_dirty_ = false;
  Clock::time_point dirty_since_;
  bool is_directory_synced_ = false;
  unsigned waiting_ = 0;  ///< for a sync
  bool is_closing_ = false;
  bool has_written_all_ = false;
  std::atomic<bool> failed_ = false;
  std::string failure_;

  JournalStatistics statistics_;
  std::atomic<std::int64_t> append_ns_ = 0;
  double write_cpu_ = 0, sync_cpu_ = 0;
  /// What cost_ns goes by, which takes no lock: appends of a few bytes, writes of many, how fast the disk is,
  /// and what it has not got yet.
  std::atomic<std::int64_t> small_appends_ = 0, small_append_ns_ = 0;
  RecentRate writes_{0.5}, syncs_{2.0};
  std::atomic<std::uint64_t> not_synced_ = 0;

  std::thread writer_, syncer_;
};

}  // namespace bask
