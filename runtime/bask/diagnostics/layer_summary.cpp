#include <bask/diagnostics/layer_summary.hpp>

#include <algorithm>
#include <unordered_map>

namespace bask {
namespace {

using NodeOfGroup = std::vector<std::uint32_t>;

// Adds the nodes of all needed tasks to `summary`. Returns the node of each group.
NodeOfGroup add_nodes(const DrawingInput& input, LayerSummary& summary) {
  const TaskGraph& graph = input.graph;
  NodeOfGroup node_of_group(graph.groups.size(), kNoIndex);
  std::unordered_map<std::string, std::uint32_t> node_of_layer;
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (!input.is_needed(TaskId{task})) continue;
    const std::uint32_t group = graph.group[task];
    std::uint32_t& node = node_of_group[group];
    if (node == kNoIndex) {
      const auto next = static_cast<std::uint32_t>(summary.nodes.size());
      const std::string& layer = graph.groups[group].layer;
      const bool stored = group == TaskGraph::kConstants;
      const auto kind = stored ? SummaryNode::Kind::kStoredValues : SummaryNode::Kind::kLayer;
      node = stored ? next : node_of_layer.try_emplace(layer, next).first->second;
      if (node == next) summary.nodes.push_back({.kind = kind, .layer = layer});
      if (node == next && !stored) ++summary.layers;
    }
    ++summary.nodes[node].tasks;
    if (group != TaskGraph::kConstants) ++summary.tasks;
  }
  for (const TaskId target : input.targets) {
    summary.nodes[node_of_group[graph.group[target.index]]].has_target = true;
  }
  return node_of_group;
}

// Keeps the layers with the most tasks, and merges the others into one node after them. Returns where each
// old node has gone.
std::vector<std::uint32_t> gather_small_layers(std::uint32_t most_layers, LayerSummary& summary) {
  std::vector<std::uint32_t> by_tasks;
  for (std::uint32_t node = 0; node < summary.nodes.size(); ++node) {
    if (summary.nodes[node].kind == SummaryNode::Kind::kLayer) by_tasks.push_back(node);
  }
  std::stable_sort(by_tasks.begin(), by_tasks.end(), [&](std::uint32_t a, std::uint32_t b) {
    return summary.nodes[a].tasks > summary.nodes[b].tasks;
  });
  std::vector<std::uint32_t> new_node(summary.nodes.size(), 0);
  for (std::size_t i = most_layers; i < by_tasks.size(); ++i) new_node[by_tasks[i]] = kNoIndex;
  SummaryNode more{.kind = SummaryNode::Kind::kMoreLayers, .layer = "", .layers = 0};
  std::vector<SummaryNode> kept;
  for (std::uint32_t node = 0; node < summary.nodes.size(); ++node) {
    if (new_node[node] != kNoIndex) {
      new_node[node] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(summary.nodes[node]);
    } else {
      ++more.layers;
      more.tasks += summary.nodes[node].tasks;
      more.has_target = more.has_target || summary.nodes[node].has_target;
    }
  }
  std::replace(new_node.begin(), new_node.end(), kNoIndex, static_cast<std::uint32_t>(kept.size()));
  if (more.layers > 0) kept.push_back(more);
  summary.nodes = std::move(kept);
  return new_node;
}

// There are few nodes, so counting in a table of all pairs is cheap.
void add_edges(const DrawingInput& input, const NodeOfGroup& node_of_group, LayerSummary& summary) {
  const TaskGraph& graph = input.graph;
  const std::size_t nodes = summary.nodes.size();
  std::vector<std::uint64_t> inputs(nodes * nodes);
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (!input.is_needed(TaskId{task})) continue;
    const std::uint32_t to = node_of_group[graph.group[task]];
    for (const TaskId from : graph.inputs_of(TaskId{task})) {
      ++inputs[node_of_group[graph.group[from.index]] * nodes + to];
      ++summary.inputs;
    }
  }
  for (std::size_t pair = 0; pair < inputs.size(); ++pair) {
    if (inputs[pair] == 0) continue;
    const auto from = static_cast<std::uint32_t>(pair / nodes), to = static_cast<std::uint32_t>(pair % nodes);
    summary.edges.push_back({from, to, inputs[pair]});
  }
}

}  // namespace

LayerSummary summarize_layers(const DrawingInput& input, std::uint32_t most_layers) {
  LayerSummary summary;
  NodeOfGroup node_of_group = add_nodes(input, summary);
  const std::vector<std::uint32_t> new_node = gather_small_layers(most_layers, summary);
  for (std::uint32_t& node : node_of_group) {
    if (node != kNoIndex) node = new_node[node];
  }
  add_edges(input, node_of_group, summary);
  return summary;
}

}  // namespace bask
