// checkpoint.hpp: one rank's share in the journal of a job: it keeps results, and reads back those that
// earlier attempts have kept. Runs on: every rank. Threads: any may record; one makes and finishes it.
// Invariants: (1) a rank that does not see rank 0's directory keeps nothing there: it is refused; (2) a
// journal
//             that cannot be written any more is told of once.
#pragma once

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

struct RecordPlace;

/// What rank 0 tells all ranks of the journal.
struct CheckpointStart {
  std::string directory = {};  ///< empty: there is no journal
  std::string lock = {};       ///< the text of the directory's lock, by which ranks know it
  Key program;
  std::uint32_t attempt = 0;
  std::vector<std::string> files = {};  ///< of earlier attempts, by number
  std::vector<Key> suspects = {};       ///< tasks that ran at each of the last crashes
  auto members() { return std::tie(directory, lock, program, attempt, files, suspects); }
};

class Checkpoint final : public Recorder {
 public:
  /// Makes this rank's journal of the attempt, for so many threads. One at a time in a process.
  /// Throws: Error when it cannot be written, or the directory is not the one that rank 0 sees.
  Checkpoint(CheckpointStart start, std::uint32_t rank, unsigned threads, CheckpointFailure on_failure);
  ~Checkpoint() override;

  void record(const Key& key, const Value& value) override;
  std::int64_t cost_ns(std::uint64_t bytes) const override;
  void finish(int exit_code) override;
  /// The process ends with this exit code while tasks are still running: what was kept is safe when it
  /// returns.
  void flush(int exit_code);

  void note(const std::string& name, const std::string& text);

  /// The kernel of tasks that read what was kept, and what it is called with.
  static const Kernel& read_kernel();
  static std::vector<std::byte> read_arguments(const RecordPlace& place, const Key& key);

 private:
  bool works();

  const CheckpointStart start_;
  const CheckpointFailure on_failure_;
  std::unique_ptr<JournalWriter> writer_;
  std::optional<RunningFile> running_;
  std::atomic<bool> told_failure_{false}, told_refusal_{false};
};

}  // namespace bask
