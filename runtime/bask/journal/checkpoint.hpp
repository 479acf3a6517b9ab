// checkpoint.hpp: one rank's share in a job's checkpoint: it keeps results in this rank's journal, and reads
// back results that were kept before, by earlier attempts or in this one.
// Runs on: every rank. Threads: any may record; one makes and finishes it.
// Invariants: (1) a rank that does not see rank 0's directory is refused, and keeps nothing; (2) that a
//             journal can no longer be written is logged once.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/core/options.hpp>
#include <bask/core/serialization.hpp>
#include <bask/execution/recorder.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/journal/journal_writer.hpp>
#include <bask/safety/running_file.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace bask {

/// What rank 0 tells all ranks of the checkpoint.
struct CheckpointStart {
  std::string directory = {};  ///< empty: there is no journal
  std::string lock = {};       ///< the text of the directory's lock, by which ranks recognise the directory
  Key program;
  std::uint32_t attempt = 0;
  std::vector<std::string> files = {};  ///< of earlier attempts
  std::vector<Key> suspects = {};       ///< tasks that were running at each of the last crashes
  auto members() { return std::tie(directory, lock, program, attempt, files, suspects); }

  /// The name of the file with this RecordPlace::file: first the files of earlier attempts, then those of
  /// this attempt, one for each rank.
  std::string file(std::uint32_t number) const;
  std::uint32_t file_of_rank(std::uint32_t rank) const {
    return static_cast<std::uint32_t>(files.size()) + rank;
  }
};

/// A result that this attempt has kept.
struct KeptResult {
  Key key;
  RecordPlace place;
};

class Checkpoint final : public Recorder {
 public:
  /// Makes this rank's journal of the attempt, and its table of running tasks for `threads` threads. A
  /// process has one Checkpoint at a time.
  /// Throws: Error when the journal cannot be written, or the directory is not the one that rank 0 sees.
  Checkpoint(CheckpointStart start, std::uint32_t rank, unsigned threads, CheckpointFailure on_failure);
  ~Checkpoint() override;

  void record(const Key& key, const Value& value) override;
  std::int64_t cost_ns(std::uint64_t bytes) const override;
  std::uint64_t held_bytes() const override { return writer_ == nullptr ? 0 : writer_->held_bytes(); }
  void finish(int exit_code) override;
  /// To be called when the process ends with this exit code while tasks are still running. When it returns,
  /// what was kept is on the disk.
  void flush(int exit_code);

  void note(const std::string& name, const std::string& text);

  const CheckpointStart& start() const { return start_; }
  /// The results that were kept since the last call. They may still be on their way into the file.
  std::vector<KeptResult> take_kept();
  /// When it returns, all that was kept so far can be read:
  /// on this node, or, as the file is synced, on all nodes.
  void publish(bool to_all_nodes);

  /// The kernel that every rank calls before rank 0 plans again: returns what the rank has kept since the
  /// last call, as std::vector<KeptResult>.
  static KernelId kept_kernel();
  /// The kernel that every rank calls before tasks read what was kept: publish(), to all nodes when the
  /// argument, one byte, is not 0.
  static KernelId publish_kernel();

  /// The kernel of tasks that read what was kept, and its arguments.
  static const Kernel& read_kernel();
  static std::vector<std::byte> read_arguments(const RecordPlace& place, const Key& key);

 private:
  bool works();

  const CheckpointStart start_;
  const CheckpointFailure on_failure_;
  std::unique_ptr<JournalWriter> writer_;
  const std::uint32_t file_;  // number of this rank's journal
  Mutex kept_mutex_;
  std::vector<KeptResult> kept_ BASK_GUARDED_BY(kept_mutex_);
  std::optional<RunningFile> running_;
  std::atomic<bool> told_failure_{false}, told_refusal_{false};
};

}  // namespace bask
