// journal_threads.hpp: the two threads of a journal: one writes batches to the file, one brings the file to
// the disk. They sleep until JournalBatches has work for them.
// Runs on: every rank. Threads: one makes and destroys it; any may ask for its CPU time.
#pragma once

#include <bask/journal/journal_batches.hpp>
#include <bask/journal/journal_file.hpp>
#include <bask/journal/journal_writer.hpp>

#include <atomic>
#include <thread>

namespace bask {

class JournalThreads {
 public:
  JournalThreads(const JournalFile& file, JournalBatches& batches, JournalTimes times);
  /// Closes the batches. Returns when the rest is written and synced.
  ~JournalThreads();
  JournalThreads(const JournalThreads&) = delete;
  JournalThreads& operator=(const JournalThreads&) = delete;

  /// CPU time of both threads, up to the last batch or sync of each.
  double cpu_seconds() const { return write_cpu_ + sync_cpu_; }

 private:
  void write_batches();
  void sync_file();

  const JournalFile& file_;
  JournalBatches& batches_;
  const JournalTimes times_;
  std::atomic<double> write_cpu_ = 0, sync_cpu_ = 0;
  std::thread writing_thread_, syncing_thread_;
};

}  // namespace bask
