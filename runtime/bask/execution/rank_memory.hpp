// rank_memory.hpp: the memory of one rank beyond a single run: the ledger, the file that results are spilled
// to, and the results that stay for later runs.
// Runs on: every rank. Threads: any.
// Invariants: (1) a persisted result lives as long as a handle to it; it is in memory, on the disk, or both;
//             (2) only a run that needs room sends one to the disk, or brings it back.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/core/value.hpp>
#include <bask/events/event_log.hpp>
#include <bask/execution/memory_ledger.hpp>
#include <bask/execution/recipe.hpp>
#include <bask/execution/recorder.hpp>
#include <bask/execution/remaker.hpp>
#include <bask/execution/result_state.hpp>
#include <bask/execution/spill_store.hpp>
#include <bask/system/scratch_file.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bask {

/// What a result comes back from: a place on the disk, or a recipe where there is one.
struct SpilledCopy {
  Extent extent = {};
  const ValueType* type = nullptr;
  std::shared_ptr<const Recipe> recipe = nullptr;
};

/// A result that stays for later runs. The thread that has it leave or come owns `value`, `bytes` and `copy`.
struct PersistedResult {
  Value value;
  std::uint32_t word = 0;   // for a ResultState
  std::uint64_t bytes = 0;  // as the ledger counts them
  std::optional<SpilledCopy> copy = {};
};

/// What results leave memory for. Each is made when it is needed first.
struct Backing {
  /// Throws: Error when there is no place for it.
  std::function<std::unique_ptr<SpillStore>(EventLog* events)> store;
  /// With so many threads.
  std::function<std::unique_ptr<Remaker>(unsigned threads)> remaker;
};

class RankMemory : public std::enable_shared_from_this<RankMemory> {
 public:
  RankMemory(std::uint64_t limit, Backing backing) : ledger_(limit), backing_(std::move(backing)) {}
  /// With a SpillFile, in the directory that `scratch` names; it is called at the first spill, and throws
  /// Error where there is none. `calls` transfer to and from it.
  RankMemory(std::uint64_t limit, std::function<std::string()> scratch,
             TransferCalls calls = TransferCalls::of_system());

  /// Has the threads of the store write down what they do. To be called before they are made; null:
  /// nobody looks.
  void set_events(std::shared_ptr<EventLog> events) { events_ = std::move(events); }
  MemoryLedger& ledger() { return ledger_; }
  /// Makes the store when it is called first. Throws: Error when that fails, each time.
  SpillStore& spill_store();

  /// The copy is not needed any more.
  void free(const SpilledCopy& copy);
  /// The threads, so many at first, that make results again.
  Remaker& remaker(unsigned threads);

  /// Who keeps the results of the rank's runs, null: nobody; it must outlive these. The ledger counts what it
  /// holds, as it was when recount() was called last.
  void set_recorder(const Recorder* recorder) { recorder_.store(recorder, std::memory_order_release); }
  void recount();

  /// What the store holds; 0 where there is none.
  std::uint64_t bytes_on_disk();
  /// What has gone to the disk and come from it, and the bytes of results that were made again.
  struct Counts {
    SpillCounts disk = {};
    std::uint64_t made_again = 0;
  };
  Counts counts();
  /// The peaks of the ledger begin anew. Returns counts() at that time.
  Counts begin_use();
  /// What was used since begin_use() was called last, which has returned `before`.
  MemoryUse use(const Counts& before);
  MemoryUse use() { return use({}); }

  /// Keeps a result, whose bytes the ledger counts as those of a result until now, as long as what is
  /// returned lives. Where the result is on the disk, its value is empty.
  std::shared_ptr<Value> persist(PersistedResult result);
  /// The persisted result whose value this is; null: it is none.
  std::shared_ptr<PersistedResult> find(const Value* value);
  std::vector<std::shared_ptr<PersistedResult>> all_persisted();

 private:
  void drop(const std::shared_ptr<PersistedResult>& result);

  MemoryLedger ledger_;
  const Backing backing_;
  std::shared_ptr<EventLog> events_;
  std::atomic<const Recorder*> recorder_{nullptr};
  Mutex mutex_;
  std::unordered_map<const Value*, std::shared_ptr<PersistedResult>> persisted_ BASK_GUARDED_BY(mutex_);
  std::unique_ptr<SpillStore> store_ BASK_GUARDED_BY(mutex_);
  std::unique_ptr<Remaker> remaker_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
