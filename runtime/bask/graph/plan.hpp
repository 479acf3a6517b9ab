// plan.hpp: a graph, or one rank's part of it, made ready to run, as plain data: the order of the tasks,
// which units wait for which, who reads each result, and which results come from and go to other ranks.
// Runs on: made on rank 0 by `make_plan` and `Splitter`, followed on every rank. Threads: made by one, then
// read by any.
// Invariants: (1) each needed task has one position on one rank, each position below `tasks()` one task;
//             (2) positions from `tasks()` on are imports: results that another rank makes;
//             (3) of the inputs of a task, those that are tasks have smaller positions;
//             (4) the tasks of a unit have consecutive positions and are run by one thread.
// Size: 24 bytes a task (28 with annotations, 4 more where results hold memory) and 4 per input; 12 a unit,
// 16 more with keys, 4 more with
//       exports; 4 per reading of a unit's last result or of an import; 8 an import, an export.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/task_group.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bask {

/// Where a task finds an input: at a position of the plan, or among the graph's constants.
struct Source {
  static constexpr std::uint32_t kConstantBit = 1u << 31;
  std::uint32_t code = 0;

  static Source constant(std::uint32_t index) { return {index | kConstantBit}; }
  bool is_constant() const { return (code & kConstantBit) != 0; }
  std::uint32_t index() const { return code & ~kConstantBit; }
  friend bool operator==(const Source&, const Source&) = default;
};

/// A result that another rank reads: which rank, and at which of its positions.
struct Export {
  std::uint32_t rank;
  std::uint32_t position;
  friend bool operator==(const Export&, const Export&) = default;
};

/// A result that stays on its rank when all is done, for later graphs: target number `target`.
struct Hold {
  std::uint32_t position;
  std::uint32_t target;
  friend bool operator==(const Hold&, const Hold&) = default;
};

struct Plan {
  // Per position that is a task.
  std::vector<TaskId> task;
  std::vector<std::uint32_t> group;           ///< into `groups`
  std::vector<std::uint64_t> argument_begin;  ///< into `arguments`
  std::vector<std::uint32_t> annotation;      ///< into `annotations`; empty when no task has any
  std::vector<std::uint32_t> input_begin{0};  ///< and one entry more; into `inputs`
  std::vector<Source> inputs;                 ///< in the order of the kernel's arguments
  // Per position, imports too.
  std::vector<std::uint32_t> uses;  ///< how often the result is read here: targets, holds and exports counted
  std::vector<float> bytes;  ///< of the result, about; 0: it holds no memory; empty: no result holds any
  // Per unit, in the order in which they should start.
  std::vector<std::uint32_t> unit_begin{0};       ///< and one entry more; positions
  std::vector<std::uint32_t> waits_for;           ///< how many inputs must be there before it starts
  std::vector<Key> key;                           ///< of its last result; empty when nothing is recorded
  std::vector<std::uint32_t> successor_begin{0};  ///< and one entry more; into `successors`
  std::vector<std::uint32_t> successors;    ///< units that read the unit's last result, once per reading
  std::vector<std::uint32_t> export_begin;  ///< and one entry more; into `exports`; empty: there are none
  std::vector<Export> exports;              ///< of the unit's last result, once per rank
  // Per import, by position less `tasks()`.
  std::vector<std::uint32_t> import_successor_begin{0};  ///< and one entry more; into `import_successors`
  std::vector<std::uint32_t> import_successors;          ///< units that read it, once per reading
  // Of the whole.
  std::vector<std::uint32_t> roots;  ///< units that wait for nothing, ascending
  std::vector<Source> targets;       ///< in the order they were asked for
  std::vector<TaskGroup> groups;
  std::vector<Annotations> annotations;
  const std::byte* arguments = nullptr;  ///< of the graph or the part that the plan belongs to
  /// The graph's `argument_begin`; null: that of the plan has one entry more, and tells where arguments end.
  const std::uint64_t* graph_argument_begin = nullptr;

  std::uint32_t tasks() const { return static_cast<std::uint32_t>(task.size()); }
  std::uint32_t imports() const { return static_cast<std::uint32_t>(import_successor_begin.size() - 1); }
  std::uint32_t positions() const { return tasks() + imports(); }
  std::uint32_t units() const { return static_cast<std::uint32_t>(waits_for.size()); }
  std::span<const Source> inputs_of(std::uint32_t position) const {
    return {inputs.data() + input_begin[position], inputs.data() + input_begin[position + 1]};
  }
  std::span<const std::uint32_t> successors_of(std::uint32_t unit) const {
    return {successors.data() + successor_begin[unit], successors.data() + successor_begin[unit + 1]};
  }
  std::span<const Export> exports_of(std::uint32_t unit) const {
    if (export_begin.empty()) return {};
    return {exports.data() + export_begin[unit], exports.data() + export_begin[unit + 1]};
  }
  std::span<const std::uint32_t> import_successors_of(std::uint32_t import) const {
    return {import_successors.data() + import_successor_begin[import],
            import_successors.data() + import_successor_begin[import + 1]};
  }
  const Annotations& annotations_of(std::uint32_t position) const {
    return annotations[annotation.empty() ? 0 : annotation[position]];
  }
  std::span<const std::byte> arguments_of(std::uint32_t position) const {
    const std::uint64_t end = graph_argument_begin != nullptr ? graph_argument_begin[task[position].index + 1]
                                                              : argument_begin[position + 1];
    return {arguments + argument_begin[position], arguments + end};
  }
};

/// The bytes of all results together; nothing where the size of one is guessed, or a task is annotated to
/// need more memory than its result. Cost: one look at each task whose result holds memory.
std::optional<std::uint64_t> bytes_for_certain(const Plan& plan);

}  // namespace bask
