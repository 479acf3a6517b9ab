// run_opening.hpp: what each rank is told of a run before any part of it comes.
// Runs on: rank 0. Threads: one at a time.
#pragma once

#include <bask/cluster/messages.hpp>
#include <bask/cluster/run_outcome.hpp>
#include <bask/plan/split.hpp>

#include <cstdint>
#include <vector>

namespace bask {

class RunOpening {
 public:
  /// For a run on `ranks` ranks. `splitter` must outlive the opening.
  RunOpening(const Plan& plan, const TaskGraph& graph, const Splitter& splitter, const RunSettings& settings,
             std::uint32_t ranks);

  /// What `rank` is told. The reference holds until the next call.
  const BeginRun& of(std::uint32_t rank);

 private:
  const Splitter& splitter_;
  const bool hold_;
  std::vector<std::vector<HeldConstant>> held_;  // by rank
  BeginRun begin_;
};

}  // namespace bask
