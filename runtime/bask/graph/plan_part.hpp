// plan_part.hpp: a stretch of one rank's part of a plan, as it goes from rank 0 to that rank.
// Runs on: made on rank 0 by `Splitter`, followed on every rank. Threads: made by one, then read by any.
// Invariants: (1) all begin-arrays hold offsets in the rank's whole numbering, one more than there are
//             things, so that each array is copied to its place as it is; (2) stretches may arrive in any
//             order, and before or after the results that their imports stand for.
#pragma once

#include <bask/graph/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bask {

/// How much there is in one rank's part of a plan.
struct PartSize {
  std::uint32_t tasks = 0;
  std::uint32_t units = 0;
  std::uint32_t imports = 0;
  std::uint32_t inputs = 0;
  std::uint32_t successors = 0;
  std::uint32_t exports = 0;
  std::uint32_t import_successors = 0;
  std::uint64_t argument_bytes = 0;
  friend bool operator==(const PartSize&, const PartSize&) = default;
};

/// The vectors are those of Plan, for the new tasks, units and imports only.
struct PlanPart {
  std::uint32_t first_task = 0, first_unit = 0, first_input = 0, first_successor = 0, first_export = 0;
  std::uint32_t first_import = 0, first_import_successor = 0;
  std::uint64_t first_argument = 0;

  std::vector<TaskId> task;
  std::vector<std::uint32_t> group;
  std::vector<std::uint64_t> argument_begin;
  std::vector<std::uint32_t> annotation;
  std::vector<std::uint32_t> input_begin;
  std::vector<Source> inputs;
  std::vector<std::uint32_t> uses;  ///< of the tasks' results
  std::vector<std::uint32_t> unit_begin;
  std::vector<std::uint32_t> waits_for;
  std::vector<std::uint32_t> successor_begin;
  std::vector<std::uint32_t> successors;
  std::vector<std::uint32_t> export_begin;
  std::vector<Export> exports;
  std::vector<std::uint32_t> import_uses;
  std::vector<std::uint32_t> import_successor_begin;
  std::vector<std::uint32_t> import_successors;
  std::vector<std::byte> arguments;  ///< of the tasks, one after the other
};

}  // namespace bask
