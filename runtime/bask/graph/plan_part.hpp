// plan_part.hpp: a stretch of one rank's plan, as rank 0 hands it out, as plain data.
// Runs on: made on rank 0 by `Splitter`, put together on every rank. Threads: made by one, then read by any.
// Invariants: (1) all numbers (positions, units, offsets) are those of the rank's whole plan, in which
//             positions are tasks [0, size.tasks), then imports [size.tasks, size.tasks + size.imports);
//             (2) each task, unit and import is in one part, in ascending order: `first_…` says where an
//             array belongs, so that parts can be put in place by copying, in whatever order they arrive;
//             (3) an array `…_begin` has one entry more than it has items, which the next part repeats as
//             its first; (4) a task's inputs are in the same part or earlier ones, its readers perhaps in
//             later ones.
#pragma once

#include <bask/graph/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace bask {

/// How large the plan of one rank is in all, before any of it is there.
struct PartSize {
  std::uint32_t tasks = 0;
  std::uint32_t units = 0;
  std::uint32_t imports = 0;
  std::uint32_t inputs = 0;
  std::uint32_t successors = 0;
  std::uint32_t exports = 0;
  std::uint32_t import_successors = 0;
  std::uint64_t argument_bytes = 0;
  std::uint64_t result_bytes = 0;  ///< of all results together, imports too, about
  friend bool operator==(const PartSize&, const PartSize&) = default;
};

/// A constant of the graph that another rank reads: which rank, and at which of its positions.
struct ConstantExport {
  std::uint32_t constant;
  std::uint32_t rank;
  std::uint32_t position;
  friend bool operator==(const ConstantExport&, const ConstantExport&) = default;
};

/// A result or constant of which another rank reads one box alone: which rank, at which of its positions, and
/// how many bytes go there. `box` is what ValueType::part takes.
struct StripExport {
  std::uint32_t rank = 0;
  std::uint32_t position = 0;
  std::uint64_t bytes = 0;
  std::vector<std::int64_t> box{};
  auto members() { return std::tie(rank, position, bytes, box); }
  friend bool operator==(const StripExport&, const StripExport&) = default;
};

/// What this rank reads at this position; null: all of the result. `strips` are sorted by rank and position.
inline const StripExport* find_strip(std::span<const StripExport> strips, const Export& to) {
  if (strips.empty()) return nullptr;
  const auto order = [](const auto& of) { return std::pair(of.rank, of.position); };
  const auto found = std::ranges::lower_bound(strips, order(to), {}, order);
  return found != strips.end() && order(*found) == order(to) ? &*found : nullptr;
}

struct PlanPart {
  // Per task, from position `first_task` on.
  std::uint32_t first_task = 0;
  std::vector<TaskId> task;
  std::vector<std::uint32_t> group;
  std::vector<std::uint64_t> argument_begin;  ///< `first_argument` is where `arguments` begin
  std::vector<std::uint32_t> annotation;      ///< empty when no task of the graph has any
  std::vector<std::uint32_t> input_begin;     ///< and one entry more
  std::vector<std::uint32_t> uses;  ///< how often the result is read here: holds and exports counted
  std::vector<float> bytes;         ///< of the result, about; empty: no result of the plan holds memory
  std::uint32_t first_input = 0;
  std::vector<Source> inputs;
  std::uint64_t first_argument = 0;
  std::vector<std::byte> arguments;
  // Per unit, from `first_unit` on.
  std::uint32_t first_unit = 0;
  std::vector<std::uint32_t> unit_begin;  ///< and one entry more
  std::vector<std::uint32_t> waits_for;  ///< readings of results by its first task, and of imported constants
  std::vector<Key> key;                  ///< of the last result; empty when nothing is recorded
  std::vector<std::uint32_t> successor_begin;  ///< and one entry more
  std::vector<std::uint32_t> export_begin;     ///< and one entry more; empty: the rank has no exports at all
  std::uint32_t first_successor = 0;
  std::vector<std::uint32_t> successors;
  std::uint32_t first_export = 0;
  std::vector<Export> exports;  ///< those of one unit sorted by rank
  // Per import, from position `size.tasks + first_import` on.
  std::uint32_t first_import = 0;
  std::vector<std::uint32_t> import_uses;             ///< how often it is read here: targets counted
  std::vector<float> import_bytes;                    ///< as `bytes`
  std::vector<std::uint32_t> import_successor_begin;  ///< and one entry more
  std::uint32_t first_import_successor = 0;
  std::vector<std::uint32_t> import_successors;

  std::uint32_t tasks() const { return static_cast<std::uint32_t>(task.size()); }
  std::uint32_t units() const { return static_cast<std::uint32_t>(waits_for.size()); }
  std::uint32_t imports() const { return static_cast<std::uint32_t>(import_uses.size()); }
  bool empty() const { return task.empty() && import_uses.empty(); }
};

}  // namespace bask
