// read_bytes.hpp: how many bytes the tasks of an array read, without running them.
// Runs on: tests. Threads: one.
#pragma once

#include <bask/collections/array/lazy/node.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bask {

/// Of the tasks of one name.
struct TasksRead {
  std::size_t tasks = 0;
  double most = 0;   // bytes of the results that one task reads, each once
  double total = 0;  // the same of all tasks
};

struct ArrayTasks {
  std::map<std::string, TasksRead> by_name;
  double most = 0;  // bytes that one task of any name reads
  double held = 0;  // bytes of the results that are held at most, when one thread runs the plan in order

  explicit ArrayTasks(const ArrayPtr& node) {
    const BlockRefs& refs = node->lowered();
    std::vector<TaskRef> blocks;
    for (std::uint32_t k = 0; k < refs.size(); ++k) blocks.push_back(refs[k]);
    std::vector<const TaskRef*> wanted;
    for (const TaskRef& block : blocks) wanted.push_back(&block);
    const Expansion expansion = expand(wanted);
    const TaskGraph& graph = expansion.graph;
    const ResultSizes sizes = result_sizes(graph, {});
    const std::vector<std::uint32_t> uses = cull(graph, expansion.targets);
    for (std::uint32_t task = 0; task < graph.size(); ++task) {
      if (uses[task] == 0 || graph.is_constant({task})) continue;
      double bytes = 0;
      std::set<std::uint32_t> seen;
      for (const TaskId input : graph.inputs_of({task})) {
        if (!graph.is_constant(input) && seen.insert(input.index).second) bytes += sizes.of(graph, input);
      }
      TasksRead& own = by_name[graph.layer_name({task})];
      ++own.tasks;
      own.most = std::max(own.most, bytes);
      own.total += bytes;
      most = std::max(most, bytes);
    }
    replay(graph, make_plan(graph, expansion.targets, {}, sizes), sizes, uses);
  }

 private:
  // The result of a target is not held: it counts as read once more, at once.
  void replay(const TaskGraph& graph, const Plan& plan, const ResultSizes& sizes,
              std::vector<std::uint32_t> uses) {
    double now = 0;
    for (const Source target : plan.targets) {
      if (!target.is_constant()) --uses[plan.task[target.index()].index];
    }
    for (const TaskId task : plan.task) {
      held = std::max(held, now += sizes.of(graph, task));
      if (uses[task.index] == 0) now -= sizes.of(graph, task);
      for (const TaskId input : graph.inputs_of(task)) {
        if (!graph.is_constant(input) && --uses[input.index] == 0) now -= sizes.of(graph, input);
      }
    }
  }
};

}  // namespace bask
