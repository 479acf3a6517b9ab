#include <bask/core/error.hpp>
#include <bask/execution/plan_store.hpp>

#include <atomic>
#include <string>

namespace bask {
namespace {

// Gives the arrays their final lengths, so that none moves while threads read it.
Plan room_for(PlanShell& shell) {
  const PartSize& size = shell.size;
  Plan plan;
  plan.task.resize(size.tasks);
  plan.group.resize(size.tasks);
  plan.argument_begin.resize(std::size_t{size.tasks} + 1);
  if (shell.annotations.size() > 1) plan.annotation.resize(size.tasks);
  plan.input_begin.resize(std::size_t{size.tasks} + 1);
  plan.inputs.resize(size.inputs);
  plan.uses.resize(std::size_t{size.tasks} + size.imports);
  if (size.result_bytes != 0) plan.bytes.resize(std::size_t{size.tasks} + size.imports);
  plan.unit_begin.resize(std::size_t{size.units} + 1);
  plan.waits_for.resize(size.units);
  plan.successor_begin.resize(std::size_t{size.units} + 1);
  plan.successors.resize(size.successors);
  plan.export_begin.resize(std::size_t{size.units} + 1);
  plan.exports.resize(size.exports);
  plan.import_successor_begin.resize(std::size_t{size.imports} + 1);
  plan.import_successors.resize(size.import_successors);
  plan.groups = std::move(shell.groups);
  plan.annotations = std::move(shell.annotations);
  return plan;
}

template <class T>
void require_room(const std::vector<T>& whole, std::size_t first, std::size_t count) {
  if (first + count <= whole.size()) return;
  throw Error("part of a plan",
              "it reaches from " + std::to_string(first) + " to " + std::to_string(first + count) +
                  " where " + std::to_string(whole.size()) + " were announced",
              "this is an error in the runtime");
}

template <class T>
void place(std::vector<T>& whole, std::size_t first, const std::vector<T>& stretch) {
  if (stretch.empty()) return;
  require_room(whole, first, stretch.size());
  std::copy(stretch.begin(), stretch.end(), whole.begin() + static_cast<std::ptrdiff_t>(first));
}

// Copies offsets. The first of a stretch is also the last of the one before, where threads may be reading it:
// equal offsets are not written again.
template <class T>
void place_offsets(std::vector<T>& whole, std::size_t first, const std::vector<T>& stretch) {
  if (stretch.empty()) return;
  const std::size_t last = stretch.size() - 1;
  require_room(whole, first, stretch.size());
  if (whole[first] != stretch[0]) whole[first] = stretch[0];
  if (last == 0) return;
  std::copy(stretch.begin() + 1, stretch.end() - 1, whole.begin() + static_cast<std::ptrdiff_t>(first) + 1);
  if (whole[first + last] != stretch[last]) whole[first + last] = stretch[last];
}

}  // namespace

PlanStore::PlanStore(Plan plan)
    : plan_(std::move(plan)), imports_(plan_.imports()), units_known_(plan_.units()) {}

PlanStore::PlanStore(PlanShell shell)
    : plan_(room_for(shell)),
      arguments_(shell.size.argument_bytes),
      imports_(plan_.imports()),
      may_spill_(shell.may_spill) {
  plan_.arguments = arguments_.data();
}

void PlanStore::add(const PlanPart& part) {
  place(plan_.task, part.first_task, part.task);
  place(plan_.group, part.first_task, part.group);
  place(plan_.argument_begin, part.first_task, part.argument_begin);
  place_offsets(plan_.argument_begin, part.first_task + part.tasks(),
                std::vector<std::uint64_t>{part.first_argument + part.arguments.size()});
  place(plan_.annotation, part.first_task, part.annotation);
  if (!plan_.bytes.empty()) {
    place(plan_.bytes, part.first_task, part.bytes);
    place(plan_.bytes, plan_.tasks() + part.first_import, part.import_bytes);
  }
  place_offsets(plan_.input_begin, part.first_task, part.input_begin);
  place(plan_.inputs, part.first_input, part.inputs);
  place(arguments_, part.first_argument, part.arguments);
  place_offsets(plan_.unit_begin, part.first_unit, part.unit_begin);
  place(plan_.key, part.first_unit, part.key);
  place_offsets(plan_.successor_begin, part.first_unit, part.successor_begin);
  place(plan_.successors, part.first_successor, part.successors);
  place_offsets(plan_.export_begin, part.first_unit, part.export_begin);
  place(plan_.exports, part.first_export, part.exports);
  place_offsets(plan_.import_successor_begin, part.first_import, part.import_successor_begin);
  place(plan_.import_successors, part.first_import_successor, part.import_successors);
}

void PlanStore::announce(const PlanPart& part, std::vector<ReadyUnit>& ready) {
  for (std::uint32_t import = part.first_import; import < part.first_import + part.imports(); ++import) {
    if (imports_.known(import)) release_readers_of_import(import, ready);
  }
  // Inputs that came before the unit was known have lowered its counter from 0: it has wrapped around.
  for (std::uint32_t i = 0; i < part.waits_for.size(); ++i) {
    const std::uint32_t unit = part.first_unit + i, waits_for = part.waits_for[i];
    const std::atomic_ref<std::uint32_t> counter(plan_.waits_for[unit]);
    if (counter.fetch_add(waits_for, std::memory_order_acq_rel) + waits_for == 0)
      ready.push_back(ready_unit(unit));
  }
  know(part);
}

// Parts that are large may come in another order.
void PlanStore::know(const PlanPart& part) {
  if (part.units() != 0) known_ahead_.emplace(part.first_unit, part.units());
  while (!known_ahead_.empty() && known_ahead_.begin()->first == units_known_) {
    units_known_ += known_ahead_.begin()->second;
    known_ahead_.erase(known_ahead_.begin());
  }
}

void PlanStore::require_awaited(std::uint32_t position) const {
  if (position >= plan_.tasks() && imports_.is_awaited(position - plan_.tasks())) return;
  throw Error("result of another rank", "position " + std::to_string(position) + " awaits no result",
              "this is an error in the runtime");
}

void PlanStore::import_arrived(std::uint32_t position, std::vector<ReadyUnit>& ready) {
  const std::uint32_t import = position - plan_.tasks();
  if (imports_.arrived(import)) release_readers_of_import(import, ready);
}

void PlanStore::release_readers_of_import(std::uint32_t import, std::vector<ReadyUnit>& ready) {
  for (const std::uint32_t reader : plan_.import_successors_of(import)) {
    if (lower(reader)) ready.push_back(ready_unit(reader));
  }
}

std::vector<std::uint64_t> tasks_by_group(const Plan& plan) {
  std::vector<std::uint64_t> sums(plan.groups.size());
  for (const std::uint32_t group : plan.group) ++sums[group];
  return sums;
}

}  // namespace bask
