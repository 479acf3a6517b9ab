// checkpoint_history.hpp: what rank 0 knows of earlier attempts: which results they have kept, from which
// inputs, and how they ended; and which results ranks have kept in this attempt, as far as they have told.
// Runs on: rank 0. Threads: one at a time.
// Invariants: (1) while it lives, no other job uses the directory.
#pragma once

#include <bask/journal/checkpoint.hpp>
#include <bask/journal/journal_lock.hpp>
#include <bask/journal/journal_reader.hpp>
#include <bask/plan/recall.hpp>
#include <bask/safety/isolation.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace bask {

class CheckpointHistory {
 public:
  /// Takes the lock of the directory `options.checkpoint`, reads its journals, and logs what they have.
  /// Throws: Error (kUsage) when another job holds the lock, or the program was started more often than
  /// `options.max_restarts` allows; Error when the directory cannot be read or made.
  explicit CheckpointHistory(const Options& options);

  const CheckpointStart& start() const { return start_; }
  /// Adds results that this attempt has kept.
  void add(std::span<const KeptResult> kept);
  /// Replaces tasks whose results were kept by tasks that read them, and logs how many.
  struct Recalled {
    Expansion expansion;
    bool reads_this_attempt = false;  ///< some results are this attempt's: publish its journals before
  };
  Recalled recall(Expansion expansion);
  /// To be called when a result could not be read: loads all results, and forgets those that are corrupt.
  void verify();
  /// Notes an input of the program by its name, and by an identity that changes with its content. Logs when
  /// an earlier attempt had another identity. Returns whether the name is new in this attempt.
  bool note_input(const std::string& name, const std::string& identity);
  /// Whether no earlier attempt has left anything.
  bool is_empty() const { return contents_.last_attempt == 0; }
  /// Removes this attempt's tables of running tasks, of ranks 0 to `ranks` - 1:
  /// tasks that still run are not suspects.
  void forget_running(std::uint32_t ranks) const;
  /// Removes the journals, and the directory when it is empty then.
  void remove();

 private:
  void tell() const;

  const std::filesystem::path directory_;
  const JournalLock lock_;
  std::optional<ClosedInChild> only_here_;  // a child that outlives this process must not keep the lock
  JournalContents contents_;
  CheckpointStart start_;
  std::map<std::string, std::string> earlier_inputs_;
  std::set<std::string> inputs_;
};

}  // namespace bask
