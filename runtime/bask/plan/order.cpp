#include <bask/plan/order.hpp>
#include <bask/plan/releases.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace bask {
namespace {

// The most bytes that are held at once while a result and all that it needs are made, less those of the
// result: they are free again once the result is there. The input that frees most is made first.
using Freed = float;

// What it takes to make one input of a task.
struct Need {
  Freed freed;
  float bytes;  // of the result, which stays
};

// For a task whose result has `bytes`, when its inputs are made in the best order, into which it sorts them.
Freed freed_by(std::vector<Need>& inputs, float bytes) {
  if (inputs.size() == 2) {
    if (inputs[0].freed < inputs[1].freed) std::swap(inputs[0], inputs[1]);
  } else if (inputs.size() > 2) {
    std::sort(inputs.begin(), inputs.end(), [](const Need& a, const Need& b) { return a.freed > b.freed; });
  }
  float peak = 0, held = 0;
  for (const Need& input : inputs) {
    held += input.bytes;
    peak = std::max(peak, held + input.freed);
  }
  return std::max(peak, held + bytes) - bytes;
}

// For each task by itself, as if no other task read its inputs.
std::vector<Freed> freed_by_each(const TaskGraph& graph, std::span<const std::uint32_t> uses,
                                 const ResultSizes& sizes) {
  std::vector<Freed> freed(graph.size());
  std::vector<Need> inputs;
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (uses[task] == 0 || graph.is_constant(TaskId{task})) continue;
    inputs.clear();
    for (const TaskId input : graph.inputs_of(TaskId{task})) {
      if (!graph.is_constant(input)) inputs.push_back({freed[input.index], sizes.of(graph, input)});
    }
    freed[task] = freed_by(inputs, sizes.of(graph, TaskId{task}));
  }
  return freed;
}

// For each chain, by its last task, the one that had better run next: where layers say so. Empty: none does.
std::vector<std::uint32_t> companions_of_chains(const TaskGraph& graph,
                                                std::span<const std::uint32_t> previous,
                                                std::span<const std::uint32_t> uses) {
  std::vector<std::uint32_t> companions, tail_of;
  for (const LayerSpan& span : graph.spans) {
    if (span.layer == nullptr) continue;  // a graph that no layers have written
    const std::span<const std::uint32_t> own = span.layer->companions();
    if (own.empty()) continue;
    if (tail_of.empty()) {
      companions.assign(graph.size(), kNoIndex);
      tail_of.resize(graph.size());
      std::iota(tail_of.begin(), tail_of.end(), 0);
      for (std::uint32_t task = graph.size(); task-- > 0;) {
        if (previous[task] != kNoIndex) tail_of[previous[task]] = tail_of[task];
      }
    }
    for (std::uint32_t k = 0; k < own.size(); ++k) {
      const std::uint32_t task = span.first.index + k, next = span.first.index + own[k];
      if (own[k] != kNoIndex && uses[task] != 0 && uses[next] != 0) companions[tail_of[task]] = tail_of[next];
    }
  }
  return companions;
}

// Walks the graph from the targets without recursion; a chain is one node, named by its last task.
class DepthFirst {
 public:
  DepthFirst(const TaskGraph& graph, std::span<const std::uint32_t> previous,
             std::span<const std::uint32_t> uses, const ResultSizes& sizes)
      : graph_(graph),
        previous_(previous),
        freed_(freed_by_each(graph, uses, sizes)),
        companions_(companions_of_chains(graph, previous, uses)),
        releases_(graph, previous, uses, sizes),
        done_(graph.size(), false) {}

  void visit(TaskId target) {
    stack_.push_back({target, false});
    while (!stack_.empty()) {
      const Frame top = stack_.back();
      stack_.pop_back();
      if (done_[top.tail.index]) continue;
      if (top.inputs_done) {
        done_[top.tail.index] = true;
        tails_.push_back(top.tail);
        push_companion(top.tail);
        push(releases_.done(head_of(top.tail), top.tail));
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

  void push_companion(TaskId tail) {
    const std::uint32_t next = companions_.empty() ? kNoIndex : companions_[tail.index];
    if (next != kNoIndex) stack_.push_back({{next}, false});
  }
  void push(const std::vector<TaskId>& tails) {
    for (auto tail = tails.rbegin(); tail != tails.rend(); ++tail) stack_.push_back({*tail, false});
  }

  // The input that frees most ends on top of the stack; of equals, the first.
  void push_inputs(TaskId head) {
    const auto first = static_cast<std::ptrdiff_t>(stack_.size());
    const auto inputs = graph_.inputs_of(head);
    bool all_equal = true;
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input) {
      if (graph_.is_constant(*input) || done_[input->index]) continue;
      all_equal = all_equal && freed_[input->index] == freed_[inputs.back().index];
      stack_.push_back({*input, false});
    }
    if (all_equal) return;
    std::stable_sort(stack_.begin() + first, stack_.end(), [&](const Frame& a, const Frame& b) {
      return freed_[a.tail.index] < freed_[b.tail.index];
    });
  }

  const TaskGraph& graph_;
  std::span<const std::uint32_t> previous_;
  std::vector<Freed> freed_;
  std::vector<std::uint32_t> companions_;
  Releases releases_;
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
                          std::span<const std::uint32_t> previous, std::span<const std::uint32_t> uses,
                          const ResultSizes& sizes) {
  DepthFirst walk(graph, previous, uses, sizes);
  for (const TaskId target : targets) {
    if (!graph.is_constant(target)) walk.visit(target);
  }
  std::vector<TaskId> tails = walk.take();
  if (!graph.annotation.empty()) {
    // The inputs of a task have at least its priority and stand before it already: a stable sort keeps that.
    const std::vector<int> priority = effective_priorities(graph, uses);
    std::stable_sort(tails.begin(), tails.end(),
                     [&](TaskId a, TaskId b) { return priority[a.index] > priority[b.index]; });
  }
  return tails;
}

}  // namespace bask
