// run_outcome.hpp: the settings of a run over all ranks, and its outcome.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/memory_use.hpp>
#include <bask/graph/group_measure.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/plan/split.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct UnitEstimates;

struct RunSettings {
  bool hold = false;    ///< targets stay where they are made
  bool balance = true;  ///< ranks that run dry steal units of loaded ones
  /// Of the plan; they live as long as it does. Null: no forecast is made.
  const UnitEstimates* estimates = nullptr;
  std::uint64_t push_credit = 0;       ///< see BeginRun
  const StripReads* strips = nullptr;  ///< see SplitOptions
};

/// A task that threw, somewhere.
struct RankFailure {
  std::uint32_t rank;
  TaskId task;        ///< kNoIndex: not from a task
  std::string cause;  ///< type and text of what was thrown
  // See TaskFailure.
  bool timed_out = false;
  std::string replay = {};
};

/// What a run has cost.
struct RunStatistics {
  std::uint64_t tasks = 0;
  std::uint64_t results_moved = 0;  ///< from rank to rank
  std::uint64_t bytes_moved = 0;
  std::vector<MemoryUse> memory;       ///< by rank
  std::vector<GroupMeasure> measured;  ///< by group, over all ranks
};

struct RunOutcome {
  std::uint32_t run = 0;
  std::exception_ptr error;            ///< rank 0 could not hand the plan out
  std::optional<RankFailure> failure;  ///< a task threw
  std::exception_ptr own_error;        ///< what that task threw, if it ran on rank 0
  bool cancelled = false;
  Results results;               ///< when nothing failed and nobody cancelled
  std::vector<HeldTarget> held;  ///< with RunSettings::hold, instead of results
  RunStatistics statistics;
  std::vector<std::uint64_t> done_by_group;
  std::uint64_t results_forecast = 0;  ///< results that the plan moves from rank to rank
  std::uint64_t bytes_forecast = 0;    ///< their bytes and those of constants, by the estimates
};

}  // namespace bask
