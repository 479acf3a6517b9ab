// cost_model.hpp: what a plan's units will cost and how large their results will be: learned from earlier
// computations of the process, by layer and kernel; until then guessed from sizes.
// Runs on: rank 0. Threads: one at a time.
// Invariants: (1) it decides where and in which order tasks run, never what they compute.
#pragma once

#include <bask/core/key.hpp>
#include <bask/graph/group_measure.hpp>
#include <bask/graph/plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// A task that touches nothing costs as much as one that reads and writes so many bytes.
inline constexpr float kBytesOfATask = 5'000;

/// What is known of a plan's units before they run.
struct UnitEstimates {
  std::vector<float> cost;  ///< per unit: nanoseconds
  // Bytes of results, per position; empty: all are taken as equal, and moving them costs nothing.
  std::vector<float> bytes = {};
  std::vector<float> constant_bytes = {};  ///< per constant of the graph
  // The first task of each layer, ascending; empty: all tasks are of one layer.
  std::vector<std::uint32_t> layer_begin = {};
  // Per group, the bytes that its units read and write in the mean; 0: not known.
  std::vector<double> bytes_touched = {};
};

class CostModel {
 public:
  /// As the function bask::result_sizes, with the sizes that earlier computations have measured by group.
  ResultSizes result_sizes(const TaskGraph& graph) const;
  /// Until computations have measured it, results of a layer of that name have so many bytes, where they hold
  /// memory and the layer does not say how much.
  void expect(const std::string& layer, float result_bytes) { expected_bytes_[layer] = result_bytes; }
  /// `sizes` are the graph's. A unit is expected to take as long as earlier ones that ended with the same
  /// layer and kernel. Where the layer says how large its results are, the time of a unit is proportional to
  /// the bytes that it reads and writes.
  UnitEstimates estimate(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes) const;
  /// Takes in what a computation has measured, by group. The latest computation counts as much as all earlier
  /// ones together.
  void learn(std::span<const TaskGroup> groups, std::span<const double> bytes_touched,
             std::span<const GroupMeasure> measured);

 private:
  struct Known {
    float unit_ns = 0;      // 0: not known, as for the others
    float ns_per_byte = 0;  // touched
    float result_bytes = 0;
  };
  const Known* find(const TaskGroup& group) const;
  static float mean_of_known(const Plan& plan, const std::vector<Known>& known);

  std::unordered_map<Key, Known> known_;
  std::unordered_map<std::string, float> expected_bytes_;  // by layer
};

}  // namespace bask
