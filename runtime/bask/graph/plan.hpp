// plan.hpp: a graph made ready to run, as plain data: what runs in which order, who waits for whom, who
// reads what.
// Runs on: made on rank 0 by `make_plan`, followed on every rank. Threads: made by one, then read by any.
// Invariants: (1) each needed task has one position, each position one task; (2) a task's inputs have
//             smaller positions; (3) the tasks of a unit have consecutive positions and are run by one
//             thread.
// Size: 16 bytes a task, 4 per input; 8 a unit, 4 per input of a unit.
#pragma once

#include <bask/core/id.hpp>

#include <cstdint>
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
};

struct Plan {
  // Per position.
  std::vector<TaskId> task;
  std::vector<std::uint32_t> input_begin{0};  ///< and one more, into `inputs`
  std::vector<Source> inputs;                 ///< in the order of the kernel's arguments
  std::vector<std::uint32_t> uses;            ///< how often the result is read, targets counted
  // Per unit, in the order in which they should start.
  std::vector<std::uint32_t> unit_begin{0};       ///< and one more, into positions
  std::vector<std::uint32_t> waits_for;           ///< how many inputs must be there before it starts
  std::vector<std::uint32_t> successor_begin{0};  ///< and one more, into `successors`
  std::vector<std::uint32_t> successors;  ///< units that read the unit's last result, once per reading
  // Of the whole.
  std::vector<std::uint32_t> roots;  ///< units that wait for nothing, ascending
  std::vector<Source> targets;       ///< in the order they were asked for

  std::uint32_t positions() const { return static_cast<std::uint32_t>(task.size()); }
  std::uint32_t units() const { return static_cast<std::uint32_t>(waits_for.size()); }
  std::span<const Source> inputs_of(std::uint32_t position) const {
    return {inputs.data() + input_begin[position], inputs.data() + input_begin[position + 1]};
  }
  std::span<const std::uint32_t> successors_of(std::uint32_t unit) const {
    return {successors.data() + successor_begin[unit], successors.data() + successor_begin[unit + 1]};
  }
};

}  // namespace bask
