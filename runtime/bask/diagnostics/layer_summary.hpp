// layer_summary.hpp: a large graph by layers: how many tasks each has, and how they depend on each other.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/diagnostics/drawing_input.hpp>

#include <string>
#include <vector>

namespace bask {

struct SummaryNode {
  enum class Kind { kLayer, kStoredValues, kMoreLayers };
  Kind kind;
  std::string layer;
  std::uint64_t tasks = 0;   ///< kStoredValues: the number of stored values
  std::uint64_t layers = 1;  ///< kMoreLayers: more than one
  bool has_target = false;
};

/// `inputs` results of node `from` are read by tasks of node `to`; the two may be the same.
struct SummaryEdge {
  std::uint32_t from;
  std::uint32_t to;
  std::uint64_t inputs;
};

struct LayerSummary {
  std::vector<SummaryNode> nodes;  ///< in the order of their first tasks in the graph
  std::vector<SummaryEdge> edges;  ///< by `from`, then `to`
  std::uint64_t tasks = 0;         ///< the three counts are of needed tasks, without stored values
  std::uint64_t layers = 0;
  std::uint64_t inputs = 0;
};

/// Layers of one name are one node. Of more than `most_layers` nodes, those with the fewest tasks become one.
/// Cost: linear in tasks and inputs.
LayerSummary summarize_layers(const DrawingInput& input, std::uint32_t most_layers);

}  // namespace bask
