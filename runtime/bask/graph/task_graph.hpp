// task_graph.hpp: tasks as flat arrays, which plans are made from.
// Runs on: rank 0. Threads: made by one, then read by any.
// Invariants: (1) a task's inputs have smaller ids than the task, so ascending ids are a valid order;
//             (2) inputs keep their order and repetition: they are what the kernel is called with.
// Size: 16 bytes a task, 4 per input, and the arguments; 24 more a pure task; 4 more a task where any is
//       annotated, and 4 more where any layer says how large its results will be.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/layer.hpp>
#include <bask/graph/task_group.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

class Value;

/// A value that is there before the graph runs: a constant, or a result that was persisted.
struct Constant {
  Value* value = nullptr;  ///< null when it is held on another rank
  std::uint32_t rank = 0;  ///< the rank that holds it
  std::uint64_t held = 0;  ///< its number there; 0: it is `value`, on rank 0
  float bytes = 0;         ///< about how many, when it is held on another rank; 0: not known
  bool is_result = false;  ///< it was persisted
};

/// The tasks `first`, `first + 1`, … that came out of one layer.
struct LayerSpan {
  TaskId first;
  const Layer* layer;
};

/// Where a task is in the layer that it came out of.
struct LayerPlace {
  const Layer* layer;
  std::uint32_t index;
};

/// A task whose key says all that it computes: of tasks with equal keys only one need run.
struct PureTask {
  TaskId task;
  Key key;
};

struct TaskGraph {
  static constexpr std::uint32_t kConstants = 0;

  std::vector<std::uint32_t> group;           ///< per task, into `groups`
  std::vector<std::uint32_t> input_begin{0};  ///< per task, and one entry more; into `inputs`
  std::vector<TaskId> inputs;
  std::vector<std::uint64_t> argument_begin{0};  ///< per task, and one entry more; into `arguments`
  std::vector<std::byte> arguments;              ///< of a constant: its index in `constants`, 4 bytes
  std::vector<std::uint32_t> annotation;         ///< per task, into `annotations`; empty when none has any
  std::vector<float> result_bytes;  ///< per task, 0 where its layer does not know; empty when none does

  std::vector<TaskGroup> groups{{"constant", nullptr}};
  std::vector<Annotations> annotations{Annotations{}};
  /// The group of the tasks that read results of earlier runs, if there is one.
  std::uint32_t recalled = kNoIndex;
  std::vector<Constant> constants;  ///< owned by their layers
  std::vector<PureTask> pure;       ///< ascending
  std::vector<LayerSpan> spans;     ///< ascending
  std::vector<LayerPtr> layers;     ///< kept alive while the graph is

  std::uint32_t size() const { return static_cast<std::uint32_t>(group.size()); }
  bool is_constant(TaskId task) const { return group[task.index] == kConstants; }
  std::span<const TaskId> inputs_of(TaskId task) const {
    return std::span(inputs).subspan(input_begin[task.index],
                                     input_begin[task.index + 1] - input_begin[task.index]);
  }
  const std::byte* arguments_of(TaskId task) const { return arguments.data() + argument_begin[task.index]; }
  std::uint32_t constant_index(TaskId task) const;
  const Annotations& annotations_of(TaskId task) const {
    return annotations[annotation.empty() ? 0 : annotation[task.index]];
  }
  /// The constants' values, null for those that are held on another rank.
  std::vector<Value*> constant_values() const;
  LayerPlace place_of(TaskId task) const;
  Key key(TaskId task) const;
  /// As messages and pictures show it: "increment-7f3a09c1".
  std::string name(TaskId task) const;
  const std::string& layer_name(TaskId task) const { return groups[group[task.index]].layer; }
  /// Memory of the arrays, for messages about the graph's size.
  std::size_t bytes() const;

  // How layers write their tasks, one after the other.
  void add_input(TaskId task) { inputs.push_back(task); }
  void add_arguments(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    arguments.insert(arguments.end(), first, first + size);
  }
  void end_task(std::uint32_t task_group) {
    group.push_back(task_group);
    input_begin.push_back(static_cast<std::uint32_t>(inputs.size()));
    argument_begin.push_back(arguments.size());
  }
  void add_constant(const Constant& constant);
  /// Gives all tasks from `first` on these annotations.
  void annotate_from(std::uint32_t first, const Annotations& notes);
  /// Says how large the results of the tasks from `first` on will be: one number for each, 0 where that is
  /// not known.
  void size_from(std::uint32_t first, std::span<const float> bytes);
  /// The group of the tasks in `layer` that call `kernel`; made when there is none.
  std::uint32_t group_for(const std::string& layer, const Kernel* kernel);
};

}  // namespace bask
