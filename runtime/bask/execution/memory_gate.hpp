// memory_gate.hpp: lets a unit start when the rank's memory has room for what it makes and for those of its
// inputs that must be brought in; where there is no room, has results leave for the disk.
// Runs on: every rank. Threads: any.
// Invariants: (1) a unit that was let in has tickets for all that it is going to make, and all its inputs
//             pinned, by itself, or (calm_units.hpp) by the first who has results leave; it gets all of this
//             at once, or nothing; (2) a unit that waits is handed out again, by Hooks::granted, once it has
//             them; (3) units that free memory go first, then the plan's order.
//
// No deadlock: a unit that was let in, or whose inputs are on their way from the disk, waits for nothing but
// the disk, or for a result that is made again from constants, so it ends and lets go of its inputs. When no
// such unit is left, no result is pinned, except by sends to other ranks, which end by themselves. So all but
// the program's own constants can leave, and the first unit that waits gets its room, unless what it needs
// alone is more than the limit: then the run fails. Nor in a ring of ranks, whose units wait for results on
// each other's disks: these are read before units are let in; and when all else there waits for other ranks,
// one at a time beyond the limit: its asker has room.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/execution/added_time.hpp>
#include <bask/execution/calm_units.hpp>
#include <bask/execution/eviction_order.hpp>
#include <bask/execution/memory_standing.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/execution/recipe_book.hpp>
#include <bask/execution/result_mover.hpp>
#include <bask/execution/result_store.hpp>
#include <bask/execution/unit_memory.hpp>
#include <bask/execution/waiting_unit.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace bask {

class MemoryGate {
 public:
  /// Called without the gate's lock, by any thread, those of the spill file and the remaker, too.
  struct Hooks {
    std::function<void(std::span<const ReadyUnit>)> granted;
    /// The run cannot go on: `unit` can never start, or the disk has lost a result.
    std::function<void(std::uint32_t unit, const Error&)> fail;
    std::function<void(std::uint32_t position)> fetch = {};  ///< asks another rank for an announced import
    std::function<void(std::uint32_t place)> serve = {};     ///< sends a result that others have asked for
  };
  struct Setting {
    unsigned threads = 1;
    std::uint64_t spare = 0;  ///< bytes that units leave free, for results that come from other ranks unasked
    bool has_peers = false;   ///< other ranks read results, and so may free them
  };
  /// All must outlive the gate, which does nothing where results may not be spilled.
  MemoryGate(const PlanStore& plan, ResultStore& results, RankMemory& memory, Setting setting, Hooks hooks);
  /// Gives back the tickets of units that were let in and have not started, as the run was stopped.
  ~MemoryGate();

  bool is_on() const { return is_on_; }
  bool may_steal() const { return !is_on_ || (waiting() == 0 && ledger_.held(MemoryKind::kStolen) == 0); }
  /// What the unit may take, if it may start now; leave() must follow. Else it is handed out again.
  std::optional<MemoryBudget> enter(std::uint32_t unit) {
    return is_on_ ? enter_counted(unit) : MemoryBudget{};
  }
  /// The same for a thread that ends the unit before it enters another: it pins nothing until results leave.
  std::optional<MemoryBudget> enter(std::uint32_t unit, unsigned thread);
  std::optional<MemoryBudget> granted(std::uint32_t unit) {
    if (granted_count_.load(std::memory_order_seq_cst) == 0) return std::nullopt;
    return take_granted(unit);
  }
  /// What the unit did not need, or has freed. Before its result may leave, which had to make room otherwise.
  void give_back(MemoryBudget& unused);
  void leave(MemoryBudget& unused) {
    if ((unused.left | unused.scratch) != 0) give_back(unused);
    if (is_on_ && unused.calm) return leave_calm(unused);
    if (is_on_) leave_counted();
  }
  /// A thief's unit keeps its inputs until unpin(). False if it was let in, or they are not all here.
  bool pin(std::uint32_t unit);
  void unpin(std::uint32_t unit);
  /// For a unit that was let in and is not run, before leave().
  void give_up(std::uint32_t unit) {
    if (is_on_) let_go_of_inputs(unit);
  }
  void unpin_constant(std::uint32_t constant);
  /// What the unit makes, and needs beside; 0 where memory is not short.
  std::uint64_t to_make(std::uint32_t unit) const { return is_on_ ? sizes_.to_make(unit) : 0; }
  /// Takes memory for what a stolen unit brings with it and makes, or for a strip on its way, until the last
  /// copy of the ticket goes.
  std::shared_ptr<void> take(MemoryKind kind, std::uint64_t bytes);

  /// Pins the result at this place while it is being sent. Returns whether it is here.
  bool begin_send(std::uint32_t place) { return !is_on_ || begin_counted_send(place); }
  void end_send(std::uint32_t place);  ///< after the reading of what was sent has ended
  /// An import came before its readers were known: it stays until they are.
  void came_early();
  void readers_are_known(std::uint32_t position);
  /// Another rank has the import at `position`, with so many bytes.
  void announced(std::uint32_t position, std::uint64_t bytes);
  /// Whether the import at `position` was asked for and has not come.
  bool is_fetched(std::uint32_t position);
  void came(std::uint32_t position, Value value);
  /// Has a result brought here and pinned: Hooks::serve follows. It goes before units that wait for room.
  void serve(std::uint32_t place);
  /// See TaskRunner::fetch_rest().
  bool fetch_rest();
  /// Whether all that may come unasked has room. Has results leave if more is held than may be.
  bool has_spare();
  MemoryStanding standing();
  void give_up_on_disk();  ///< no rank moves any more: the run fails, if the disk is still full
  /// A result of the group was made, with so many bytes.
  void learn(std::uint32_t group, std::uint64_t bytes) {
    if (is_on_) sizes_.learn(group, bytes);
  }
  /// The result at `position` is freed.
  void freed(std::uint32_t position) {
    if (!is_on_) return;
    if (mover_.forget(position)) disk_has_room_.store(true, std::memory_order_relaxed);
    look_if_needed();
  }
  /// Only its readers need the result at `position` from now on; or one of them has read it.
  void may_leave(std::uint32_t position) {
    if (!is_on_) return;
    if (results_.state(position).place() == ResultState::kAbsent)
      return freed(position);  // it was moved from
    order_.note(position);
    look_if_needed();
  }
  RecipeBook& recipes() { return recipes_; }  ///< which results may leave without being written
  void has_run(std::uint32_t unit);           ///< on the rank of a thief
  /// These units of the plan are there now. The feeding thread, before any of them runs.
  void add_units(std::uint32_t first, std::uint32_t count) { order_.add_units(first, count); }
  /// For a thread that runs one unit after the other: waits until the unit was let in, `timeout` at most.
  void wait_for_granted(std::uint32_t unit, std::chrono::milliseconds timeout);
  /// Units and results for others that wait for room, and units whose inputs are on their way.
  std::size_t waiting() const { return waiting_count_.load(std::memory_order_relaxed); }
  /// Whether any of these waits for room or for the disk, and not only for other ranks' results.
  bool any_lacks_room() const { return any_lacks_room_.load(std::memory_order_relaxed); }
  /// The first of these units: those that have room, then those that are let in next.
  std::vector<UnitAtGate> units_at_gate(std::size_t most);
  /// For a thread that has nothing to run: adds the time of its life to lost(), if units wait for room.
  AddedTime add_to_lost() { return {lost_ns_, any_lacks_room()}; }
  /// For how long threads that had nothing else to run have waited for room or for the disk, all together.
  std::chrono::nanoseconds lost() const { return std::chrono::nanoseconds(lost_ns_.load()); }

  void wait_until_still() { mover_.wait_until_still(); }
  /// Nothing is let in any more, and no hook is called afterwards.
  void close();
  /// Brings targets back. Throws: Error when they do not fit together, or the disk has lost one.
  void bring_here(std::span<const Source> targets);
  /// The result at `position`, read from the disk, where it stays. Empty when the disk has lost it.
  Value read_copy(std::uint32_t position) { return mover_.read_copy(position); }
  /// Where the result at `position` is on the disk, for its new owner.
  std::optional<SpilledCopy> take_copy(std::uint32_t position) { return mover_.take_copy(position); }

 private:
  struct Moves {                                                // what is to be done without the lock
    std::vector<std::uint32_t> writes, reads, fetches, serves;  // places
    std::vector<ReadyUnit> granted;
    std::optional<std::uint32_t> refused = {};  // a unit
    std::optional<Error> error = {};
  };
  struct Gathering {  // a unit with tickets for all, some of whose inputs are on their way
    MemoryBudget budget;
    std::uint32_t missing;
  };

  void look_if_needed() {
    if (waiting_count_.load(std::memory_order_seq_cst) != 0 || ledger_.held() > ledger_.limit()) look();
  }
  bool begin_counted_send(std::uint32_t place);
  void require_room_for(const std::set<std::uint32_t>& places);
  void take_in_place_of_others(std::uint64_t bytes);
  std::optional<MemoryBudget> enter_counted(std::uint32_t unit);
  void leave_calm(MemoryBudget& unused);
  void let_go_of_pinned(unsigned thread);
  void pin_for_calm_units() BASK_REQUIRES(mutex_);
  /// Units that run and results that are being sent give memory back when they end.
  bool others_give_back() const;
  std::optional<MemoryBudget> wait(std::uint32_t unit);
  std::optional<MemoryBudget> take_granted(std::uint32_t unit);
  std::optional<MemoryBudget> find_granted(std::uint32_t unit) BASK_REQUIRES(mutex_);
  void leave_counted();
  void let_go_of_inputs(std::uint32_t unit);
  bool pin_inputs(std::uint32_t unit);
  void look();
  void let_in(Moves& moves) BASK_REQUIRES(mutex_);
  void admit(const ReadyUnit& ready, const MemoryBudget& budget, Moves& moves) BASK_REQUIRES(mutex_);
  bool make_room_for(std::uint32_t unit, std::uint64_t bytes, Moves& moves) BASK_REQUIRES(mutex_);
  bool make_room(std::uint64_t bytes, Moves& moves) BASK_REQUIRES(mutex_);
  bool may_write() BASK_REQUIRES(mutex_);
  bool let_in_another(Moves& moves) BASK_REQUIRES(mutex_);
  bool try_disk_again() BASK_REQUIRES(mutex_);
  bool waits_for_peers() BASK_REQUIRES(mutex_);
  bool must_start(std::uint32_t unit, Moves& moves) BASK_REQUIRES(mutex_);
  MemoryRoom room() const;
  void count_waiting() BASK_REQUIRES(mutex_);
  void fetch(std::uint32_t position, Moves& moves) BASK_REQUIRES(mutex_);
  void serve_next(Moves& moves) BASK_REQUIRES(mutex_);
  bool take_to_serve(std::uint64_t bytes, Moves& moves) BASK_REQUIRES(mutex_);
  bool take_for_rest(std::uint64_t bytes, Moves& moves) BASK_REQUIRES(mutex_);
  void begin_to_read(std::uint32_t place, Moves& moves) BASK_REQUIRES(mutex_);
  void take_in(std::uint32_t place, Value value, Moves& moves) BASK_REQUIRES(mutex_);
  void has_come(std::uint32_t place, Moves& moves) BASK_REQUIRES(mutex_);
  void carry_out(const Moves& moves);
  void on_written(std::uint32_t place, const SpillOutcome& outcome);
  void on_read(std::uint32_t place, Value value, const SpillOutcome& outcome);

  const PlanStore& plan_;
  ResultStore& results_;
  RankMemory& memory_;
  MemoryLedger& ledger_;  // of the memory
  const bool is_on_, may_be_calm_, has_peers_;
  const std::uint64_t spare_;
  const std::size_t most_ahead_;  // units that were let in and have not started
  const Hooks hooks_;
  EvictionOrder order_;
  UnitMemory sizes_;
  RecipeBook recipes_;
  ResultMover mover_;
  CalmUnits calm_;
  std::atomic<std::uint32_t> running_{0};  // units that were let in, but for calm ones
  std::atomic<std::uint32_t> sending_{0};  // results that are pinned for other ranks, or asked for by them
  std::atomic<std::uint32_t> waiting_count_{0}, granted_count_{0};
  std::atomic<std::int64_t> lost_ns_{0};
  Mutex mutex_;  // "the gate's lock"
  Condition has_granted_;
  std::set<WaitingUnit> waiting_ BASK_GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, Gathering> gathering_ BASK_GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, MemoryBudget> granted_ BASK_GUARDED_BY(mutex_);  // by unit
  std::unordered_multimap<std::uint32_t, std::uint32_t> readers_of_coming_ BASK_GUARDED_BY(mutex_);
  std::deque<std::uint32_t> to_serve_ BASK_GUARDED_BY(mutex_);  // places that wait to be read for others
  std::unordered_multiset<std::uint32_t> asked_ BASK_GUARDED_BY(mutex_);  // places that others wait for
  std::set<std::uint32_t> announced_ BASK_GUARDED_BY(mutex_);  // imports that were not asked for yet
  std::uint64_t leaving_bytes_ BASK_GUARDED_BY(mutex_) = 0;
  std::uint32_t fetching_ BASK_GUARDED_BY(mutex_) = 0, reading_ BASK_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> any_lacks_room_{false}, disk_has_room_{false};  // the latter: a copy has gone from it
  bool is_closed_ BASK_GUARDED_BY(mutex_) = false, is_stuck_ BASK_GUARDED_BY(mutex_) = false;
  bool is_giving_up_ BASK_GUARDED_BY(mutex_) = false;
  std::optional<Error> no_room_on_disk_ BASK_GUARDED_BY(mutex_), broken_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
