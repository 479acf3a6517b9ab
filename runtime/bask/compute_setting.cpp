#include <bask/compute_setting.hpp>

#include <bask/cluster/node.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/watch.hpp>

namespace bask {

std::vector<RankShape> shapes_of(const ClientInfo& info) {
  std::vector<RankShape> shapes;
  for (const RankSummary& rank : info.ranks) shapes.push_back({rank.threads, rank.memory_limit});
  return shapes;
}

bool ComputeSetting::keeps_results() const {
  return checkpoint != nullptr && checkpoint->here() != nullptr;
}

bool reads_kept_result(const TaskGraph& graph, TaskId failed) {
  return failed.index < graph.size() && graph.group[failed.index] == graph.recalled;
}

DescribeTask describe_tasks(const TaskGraph& graph, const std::string& host) {
  return [&graph, host](TaskId task) {
    TaskFailure failure{.task = graph.name(task),
                        .layer = graph.layer_name(task),
                        .key = graph.key(task),
                        .host = host,
                        .inputs = {},
                        .cause = {}};
    for (const TaskId input : graph.inputs_of(task)) failure.inputs.push_back(graph.name(input));
    return failure;
  };
}

void watch_for_stops(WatchedRun& watched, const ComputeSetting& setting) {
  if (Node* const node = setting.node) watched.stop_asked = [node] { return node->stop_asked(); };
  watched.end = setting.checkpoint->end();
}

}  // namespace bask
