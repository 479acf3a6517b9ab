#include <bask/plan/order.hpp>

#include <algorithm>
#include <limits>

namespace bask {
namespace {

using Label = std::uint8_t;
constexpr unsigned kMostLabel = std::numeric_limits<Label>::max();

// How many results must be held at once to make this one, up to kMostLabel.
Label label_of(std::vector<Label>& of_inputs) {
  if (of_inputs.empty()) return 1;
  if (of_inputs.size() == 1) return of_inputs.front();
  if (of_inputs.size() == 2) {
    const auto [less, more] = std::minmax(of_inputs[0], of_inputs[1]);
    return less == more && more < kMostLabel ? static_cast<Label>(more + 1) : more;
  }
  std::sort(of_inputs.begin(), of_inputs.end(), std::greater<>());
  unsigned most = 0;
  for (std::size_t i = 0; i < of_inputs.size(); ++i) {
    most = std::max(most, static_cast<unsigned>(of_inputs[i] + std::min<std::size_t>(i, kMostLabel)));
  }
  return static_cast<Label>(std::min(most, kMostLabel));
}

std::vector<Label> sethi_ullman_labels(const TaskGraph& graph, std::span<const std::uint32_t> uses) {
  std::vector<Label> labels(graph.size(), 0);
  std::vector<Label> of_inputs;
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (uses[task] == 0 || graph.is_constant(TaskId{task})) continue;
    of_inputs.clear();
    for (const TaskId input : graph.inputs_of(TaskId{task})) {
      if (!graph.is_constant(input)) of_inputs.push_back(labels[input.index]);
    }
    labels[task] = label_of(of_inputs);
  }
  return labels;
}

// Walks the graph from the targets without recursion; a chain is one node, named by its last task.
class DepthFirst {
 public:
  DepthFirst(const TaskGraph& graph, std::span<const std::uint32_t> previous, std::vector<Label> labels)
      : graph_(graph), previous_(previous), labels_(std::move(labels)), done_(graph.size(), false) {}

  void visit(TaskId target) {
    stack_.push_back({target, false});
    while (!stack_.empty()) {
      const Frame top = stack_.back();
      stack_.pop_back();
      if (done_[top.tail.index]) continue;
      if (top.inputs_done) {
        done_[top.tail.index] = true;
        tails_.push_back(top.tail);
      } else {
        stack_.push_back({top.tail, true});
        push_inputs(head_of(top.tail));
      }
    }
  }
  std::vector<TaskId> take() { return std::move(tails_); }

 private:
  struct Frame {
    TaskId tail;
    bool inputs_done;
  };

  TaskId head_of(TaskId tail) const {
    while (previous_[tail.index] != kNoIndex) tail.index = previous_[tail.index];
    return tail;
  }

  // The neediest input ends on top of the stack; of equals, the first.
  void push_inputs(TaskId head) {
    const auto first = static_cast<std::ptrdiff_t>(stack_.size());
    const auto inputs = graph_.inputs_of(head);
    bool all_equal = true;
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input) {
      if (graph_.is_constant(*input) || done_[input->index]) continue;
      all_equal = all_equal && labels_[input->index] == labels_[inputs.back().index];
      stack_.push_back({*input, false});
    }
    if (all_equal) return;
    std::stable_sort(stack_.begin() + first, stack_.end(), [&](const Frame& a, const Frame& b) {
      return labels_[a.tail.index] < labels_[b.tail.index];
    });
  }

  const TaskGraph& graph_;
  std::span<const std::uint32_t> previous_;
  std::vector<Label> labels_;
  std::vector<bool> done_;
  std::vector<Frame> stack_;
  std::vector<TaskId> tails_;
};

// A task's own priority, or a higher one of a task that needs it.
std::vector<int> effective_priorities(const TaskGraph& graph, std::span<const std::uint32_t> uses) {
  std::vector<int> priority(graph.size(), std::numeric_limits<int>::min());
  for (std::uint32_t task = graph.size(); task-- > 0;) {
    if (uses[task] == 0) continue;
    const int own = graph.annotations_of(TaskId{task}).priority.value_or(0);
    priority[task] = std::max(priority[task], own);
    for (const TaskId input : graph.inputs_of(TaskId{task})) {
      priority[input.index] = std::max(priority[input.index], priority[task]);
    }
  }
  return priority;
}

}  // namespace

std::vector<TaskId> order(const TaskGraph& graph, std::span<const TaskId> targets,
                          std::span<const std::uint32_t> previous, std::span<const std::uint32_t> uses) {
  DepthFirst walk(graph, previous, sethi_ullman_labels(graph, uses));
  for (const TaskId target : targets) {
    if (!graph.is_constant(target)) walk.visit(target);
  }
  std::vector<TaskId> tails = walk.take();
  if (!graph.annotation.empty()) {
    // What a task needs has at least its priority, and stands before it already: the sort keeps that.
    const std::vector<int> priority = effective_priorities(graph, uses);
    std::stable_sort(tails.begin(), tails.end(),
                     [&](TaskId a, TaskId b) { return priority[a.index] > priority[b.index]; });
  }
  return tails;
}

}  // namespace bask
