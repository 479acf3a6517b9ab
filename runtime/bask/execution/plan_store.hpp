// plan_store.hpp: one rank's plan, given as a whole or put together from parts while it is being run.
// Runs on: every rank. Threads: the feeding thread adds parts and imports; any thread may read the data of a
// unit that has become ready, and count down the inputs that its readers wait for.
// Invariants: (1) no array moves once the store is made, so threads read while the feeding thread adds;
//             (2) a unit becomes ready once: when its part is known and all its inputs are there, in any
//             order.
#pragma once

#include <bask/execution/count_down.hpp>
#include <bask/execution/import_table.hpp>
#include <bask/execution/ready_unit.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/plan_part.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bask {

/// What a rank knows of a plan before any part of it has come.
struct PlanShell {
  PartSize size;
  std::vector<TaskGroup> groups;
  std::vector<Annotations> annotations;  ///< all that differ; a single one: no task has any
  bool may_spill = false;                ///< not all results are certain to fit into the memory of each rank
};

/// How many tasks of each group a plan has.
std::vector<std::uint64_t> tasks_by_group(const Plan& plan);

class PlanStore {
 public:
  /// A whole plan.
  explicit PlanStore(Plan plan);
  /// A plan whose parts come later.
  explicit PlanStore(PlanShell shell);
  PlanStore(PlanStore&&) = default;

  /// Makes room for the keys of units. To be called before parts come.
  void keep_keys() { plan_.key.resize(plan_.units()); }

  const Plan& operator*() const { return plan_; }
  const Plan* operator->() const { return &plan_; }
  bool may_spill() const { return may_spill_; }
  /// Whether the result at `position` holds memory.
  bool holds_memory(std::uint32_t position) const {
    return !plan_.bytes.empty() && plan_.bytes[position] != 0;
  }
  /// How often each result is read, for the ResultStore.
  std::vector<std::uint32_t> take_uses() { return std::move(plan_.uses); }

  /// Copies the part to its place; announce() must follow.
  /// Throws: Error when the part lies outside of what the shell announced.
  void add(const PlanPart& part);
  /// Lets the part's units run, as soon as their inputs are there. Adds those that can run now to `ready`.
  void announce(const PlanPart& part, std::vector<ReadyUnit>& ready);
  /// Checks that the import at `position` is awaited. Throws: Error when there is no such import, or when its
  /// value has come before.
  void require_awaited(std::uint32_t position) const;
  /// The value of the import at `position` is there. Adds units that can run now to `ready`.
  void import_arrived(std::uint32_t position, std::vector<ReadyUnit>& ready);
  /// Whether the readers of the import at `position` are known; whether it is there.
  bool knows_import(std::uint32_t position) const { return imports_.is_known(position - plan_.tasks()); }
  bool has_import(std::uint32_t position) const { return imports_.has_arrived(position - plan_.tasks()); }
  std::uint32_t imports_left() const { return imports_.left(); }  ///< for the feeding thread
  /// The units below this number are known: their parts have come. For the feeding thread.
  std::uint32_t units_known() const { return units_known_; }
  /// For how many readings of inputs a known unit still waits. Any thread; it may be out of date.
  std::uint32_t waits_for(std::uint32_t unit) {
    return std::atomic_ref(plan_.waits_for[unit]).load(std::memory_order_relaxed);
  }
  /// The unit of the task at `position`, which must be known.
  std::uint32_t unit_of(std::uint32_t position) const {
    const auto end = plan_.unit_begin.begin() + units_known_ + 1;
    const auto after = std::upper_bound(plan_.unit_begin.begin(), end, position);
    return static_cast<std::uint32_t>(after - plan_.unit_begin.begin()) - 1;
  }

  /// The unit's result is there. Adds those of its readers that can run now to `ready`.
  void release_readers(std::uint32_t unit, std::vector<ReadyUnit>& ready) {
    for (const std::uint32_t reader : plan_.successors_of(unit)) {
      if (lower(reader)) ready.push_back(ready_unit(reader));
    }
  }
  /// The unit with its place in the plan. If another rank waits for its result, the place is somewhat
  /// earlier, but not so much that results of many such units pile up there.
  ReadyUnit ready_unit(std::uint32_t unit) const {
    constexpr std::uint32_t kHeadStart = 64;
    return {plan_.exports_of(unit).empty() ? unit : unit - std::min(unit, kHeadStart), unit};
  }
  /// The positions of a unit's tasks: the first, and that of its result.
  std::uint32_t first_of(std::uint32_t unit) const { return plan_.unit_begin[unit]; }
  std::uint32_t last_of(std::uint32_t unit) const { return plan_.unit_begin[unit + 1] - 1; }
  /// The group of the unit's last task.
  std::uint32_t group_of(std::uint32_t unit) const { return plan_.group[last_of(unit)]; }
  /// What the user has asked of the task at `position`; null: nothing.
  const Annotations* notes_of(std::uint32_t position) const {
    return plan_.annotation.empty() ? nullptr : &plan_.annotations_of(position);
  }
  /// The same by number of the annotations, as stolen units have it.
  const Annotations* notes_number(std::uint32_t number) const {
    return plan_.annotations.empty() ? nullptr : &plan_.annotations[number];
  }
  /// The resources that the unit holds while it runs; null: none.
  const std::map<std::string, double>* resources_of(std::uint32_t unit) const {
    if (plan_.annotation.empty()) return nullptr;
    const Annotations& notes = plan_.annotations_of(first_of(unit));
    return notes.resources.empty() ? nullptr : &notes.resources;
  }

 private:
  // As count_down, but the counter is 0 afterwards: whoever asks what the unit waits for sees that.
  bool lower(std::uint32_t unit) {
    if (!count_down(plan_.waits_for[unit])) return false;
    std::atomic_ref(plan_.waits_for[unit]).store(0, std::memory_order_relaxed);
    return true;
  }
  void know(const PlanPart& part);
  void release_readers_of_import(std::uint32_t import, std::vector<ReadyUnit>& ready);

  Plan plan_;
  std::vector<std::byte> arguments_;  // of the parts; a whole plan points to those of its graph
  ImportTable imports_;
  bool may_spill_ = false;
  std::uint32_t units_known_ = 0;
  std::map<std::uint32_t, std::uint32_t> known_ahead_;  // stretches of units beyond a part that has not come
};

}  // namespace bask
