// spill_file.hpp: the file to which a rank writes results that do not fit into its memory, and reads them
// back. Two threads transfer pieces of 4 MiB: while one of them makes a checksum, the other keeps the disk
// busy. Reads go before writes, from one piece to the next, for a reader waits for them.
// Runs on: every rank. Threads: any.
// Invariants: (1) each `done` is called exactly once, by a thread of the file, without its lock;
//             (2) what a read gives is what was written, or the read is broken: its checksum is compared;
//             (3) a write that fails leaves nothing in the file.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/events/event_log.hpp>
#include <bask/execution/spill_space.hpp>
#include <bask/execution/spill_store.hpp>
#include <bask/system/scratch_file.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <thread>

namespace bask {

/// Cost: 8 MiB of memory for the buffers of the threads.
///
///     SpillFile file("/tmp");
///     file.write(bytes, [&](SpillOutcome outcome) { keep(outcome.extent); });
///     …
///     file.read(extent, into, [&](SpillOutcome outcome) { … });
///     file.free(extent);
class SpillFile final : public SpillStore {
 public:
  /// Throws: Error (kUsage) when no file can be made in the directory, or no thread.
  /// `events` null: nobody looks at what the threads do; else it must outlive the file.
  explicit SpillFile(const std::filesystem::path& directory,
                     const TransferCalls& calls = TransferCalls::of_system(), EventLog* events = nullptr);
  /// Waits for the pieces that are being transferred; all that is not complete then ends with kStopped,
  /// before the destructor returns. A `done` must not destroy the file.
  ~SpillFile() override;
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// The bytes go straight to the disk from whole pages of memory, and through a buffer from elsewhere.
  void write(std::span<const std::byte> bytes, Done done) override BASK_EXCLUDES(mutex_);
  void read(const Extent& extent, std::span<std::byte> into, Done done) override BASK_EXCLUDES(mutex_);
  void free(const Extent& extent) override BASK_EXCLUDES(mutex_);

  SpillCounts counts() const override BASK_EXCLUDES(mutex_);
  /// In whole units of the file.
  std::uint64_t bytes_held() const override BASK_EXCLUDES(mutex_);
  const std::filesystem::path& directory() const override { return file_.directory(); }

 private:
  struct Transfer;
  // All reads or all writes. A transfer waits until its last piece is begun; the threads then have it.
  struct Direction {
    std::deque<std::shared_ptr<Transfer>> waiting = {};
    unsigned running = 0;  // pieces
    std::chrono::steady_clock::time_point running_since = {};
    std::chrono::nanoseconds time{0};
    std::uint64_t bytes = 0;
  };

  void work(std::size_t thread) BASK_EXCLUDES(mutex_);
  // Without the lock while the piece is on its way.
  void transfer_next_piece(Direction& direction, Transfer& transfer, std::size_t thread)
      BASK_REQUIRES(mutex_);
  void skip_rest(Direction& direction, Transfer& transfer) BASK_REQUIRES(mutex_);
  // Without the lock while `done` is called.
  void end(Transfer& transfer) BASK_REQUIRES(mutex_);
  SpillOutcome outcome_of(const Transfer& transfer) const BASK_REQUIRES(mutex_);
  void close() BASK_EXCLUDES(mutex_);

  ScratchFile file_;
  EventLog* const events_;
  std::array<EventLane*, 2> lanes_{};  // of the threads; null: nobody looks
  mutable Mutex mutex_;
  Condition changed_;
  Direction reads_ BASK_GUARDED_BY(mutex_), writes_ BASK_GUARDED_BY(mutex_);
  SpillSpace space_ BASK_GUARDED_BY(mutex_){ScratchFile::kUnit};
  bool is_closing_ BASK_GUARDED_BY(mutex_) = false;
  std::array<ScratchFile::Buffer, 2> buffers_;
  std::array<std::thread, 2> threads_;
};

}  // namespace bask
