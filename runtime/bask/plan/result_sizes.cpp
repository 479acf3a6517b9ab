#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/result_sizes.hpp>

#include <algorithm>

namespace bask {
namespace {

// The size of a type that holds no memory; 0 for others.
float size_of_type(const Kernel* kernel) {
  const bool is_known = kernel != nullptr && kernel->result != nullptr && kernel->result->is_trivial;
  return is_known ? static_cast<float>(kernel->result->size) : 0;
}

std::vector<float> sizes_by_group(const TaskGraph& graph, const std::vector<float>& known) {
  std::vector<float> sizes(graph.groups.size());
  for (std::size_t group = 0; group < sizes.size(); ++group) {
    const float type = size_of_type(graph.groups[group].kernel);
    const float learned = group < known.size() ? known[group] : 0;
    sizes[group] = type != 0 ? type : learned;
  }
  return sizes;
}

float bytes_of(const Constant& constant) {
  const bool is_here = constant.value != nullptr && constant.value->has_value();
  return is_here ? static_cast<float>(constant.value->transfer_bytes()) : constant.bytes;
}

class Guess {
 public:
  Guess(const TaskGraph& graph, const ResultSizes& sizes) : graph_(graph), sizes_(sizes) {}
  // Reads the sizes of the tasks before this one, which must be there.
  float operator()(TaskId task) const {
    float of_results = 0;
    auto of_others =
        static_cast<float>(graph_.argument_begin[task.index + 1] - graph_.argument_begin[task.index]);
    for (const TaskId input : graph_.inputs_of(task)) {
      if (graph_.is_constant(input)) {
        of_others = std::max(of_others, sizes_.of_constant[graph_.constant_index(input)]);
      } else {
        of_results = std::max(of_results, sizes_.of_task[input.index]);
      }
    }
    return std::max(of_results != 0 ? of_results : of_others, 1.0F);
  }

 private:
  const TaskGraph& graph_;
  const ResultSizes& sizes_;
};

}  // namespace

ResultSizes result_sizes(const TaskGraph& graph, const std::vector<float>& known_of_group) {
  ResultSizes sizes;
  for (const Constant& constant : graph.constants) sizes.of_constant.push_back(bytes_of(constant));
  std::vector<float> of_group = sizes_by_group(graph, known_of_group);
  const bool all_known = std::find(of_group.begin() + 1, of_group.end(), 0.0F) == of_group.end();
  if (graph.result_bytes.empty() && all_known) {
    sizes.of_group = std::move(of_group);
    return sizes;
  }
  const Guess guess(graph, sizes);
  sizes.of_task.resize(graph.size());
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (graph.is_constant({task})) continue;
    float bytes = graph.result_bytes.empty() ? 0 : graph.result_bytes[task];
    if (bytes == 0) bytes = of_group[graph.group[task]];
    sizes.of_task[task] = bytes != 0 ? bytes : guess({task});
  }
  return sizes;
}

float bytes_touched(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes,
                    std::uint32_t position) {
  if (sizes.of_task.empty() && sizes.of_constant.empty()) return 0;  // all are of small types, or measured
  float bytes = sizes.of(graph, plan.task[position]);
  for (const Source input : plan.inputs_of(position)) {
    bytes +=
        input.is_constant() ? sizes.of_constant[input.index()] : sizes.of(graph, plan.task[input.index()]);
  }
  return bytes;
}

}  // namespace bask
