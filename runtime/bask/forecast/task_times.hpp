// task_times.hpp: how long each task of a plan is expected to take: as in an earlier run of the program, or
// else as long as a machine needs to touch the bytes that the task reads and makes.
// Runs on: rank 0. Threads: one reads; any may ask afterwards.
#pragma once

#include <bask/forecast/machine_speed.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/result_sizes.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// What an earlier run has measured of the layers of one name, over all its computations.
struct LayerTimes {
  std::uint64_t tasks = 0;
  double ns = 0;     ///< of all tasks together, inside kernels
  double bytes = 0;  ///< of all their results
};

class TaskTimes {
 public:
  /// By guesses alone.
  explicit TaskTimes(const MachineSpeed& speed) : speed_(speed) {}
  /// From what an earlier run has measured, by layer. `source` names it.
  TaskTimes(const MachineSpeed& speed, std::string source,
            std::unordered_map<std::string, LayerTimes> layers);

  /// Nanoseconds, by task of the graph. Tasks of one layer share its time by the bytes that they touch, as
  /// far as sizes are known.
  std::vector<float> of(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes) const;
  /// Has the model expect results of the sizes that they had in the earlier run.
  void tell_sizes(CostModel& costs) const;
  /// Whether an earlier run had a layer of that name.
  bool knows(const std::string& layer) const { return layers_.contains(layer); }
  const LayerTimes* find(const std::string& layer) const {
    const auto found = layers_.find(layer);
    return found == layers_.end() ? nullptr : &found->second;
  }
  /// "the run in watch/", or "guesses".
  const std::string& source() const { return source_; }

 private:
  const MachineSpeed speed_;
  std::string source_ = "guesses from bytes";
  std::unordered_map<std::string, LayerTimes> layers_;
};

}  // namespace bask
