// checkpoint_history.hpp: what rank 0 knows of the attempts before this one: which results they have kept,
// from which inputs, and how they ended; and which results this one has kept, as far as it was told.
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
  /// Takes the directory of `options.checkpoint`, reads what is there, and logs it.
  /// Throws: Error (kUsage) when another job holds it, or the program was started more often than
  /// `options.max_restarts` allows; Error when it cannot be read or made.
  explicit CheckpointHistory(const Options& options);

  const CheckpointStart& start() const { return start_; }
  /// This attempt has kept these.
  void add(std::span<const KeptResult> kept);
  /// Replaces tasks whose results are there by tasks that read them, and logs how many.
  struct Recalled {
    Expansion expansion;
    bool reads_this_attempt = false;  ///< some of them: its journals are to be published before
  };
  Recalled recall(Expansion expansion);
  /// A result could not be read. Looks at all that were not verified yet, and forgets those that are corrupt.
  void verify();
  /// An input of the program, by name, and what tells its content apart. Logs when it is another than before.
  /// Returns whether it is new in this attempt.
  bool note_input(const std::string& name, const std::string& identity);
  /// Whether no earlier attempt has left anything.
  bool is_empty() const { return contents_.last_attempt == 0; }
  /// Tasks that still run on one of so many ranks are no suspects of this attempt's end.
  void forget_running(std::uint32_t ranks) const;
  /// All is done: nothing of it is needed any more.
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
