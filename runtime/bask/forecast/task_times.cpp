#include <bask/forecast/task_times.hpp>

#include <utility>

namespace bask {
namespace {

// What counts in a task's time.
float weight_of(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes, std::uint32_t position) {
  return kBytesOfATask + bytes_touched(plan, graph, sizes, position);
}

// What a machine needs for what the task does and for the bytes that it touches.
double guess(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes, std::uint32_t position,
             const MachineSpeed& speed) {
  double ns = speed.task_ns + bytes_touched(plan, graph, sizes, position) * speed.touched_ns_per_byte;
  std::vector<float> inputs;
  for (const Source input : plan.inputs_of(position))
    if (!input.is_constant()) inputs.push_back(sizes.of(graph, plan.task[input.index()]));
  if (graph.spans.empty()) return ns;  // no layers, as in tests
  const TaskId task = plan.task[position];
  const LayerPlace place = graph.place_of(task);
  if (const auto work = place.layer->work(place.index, plan.groups[plan.group[position]].kernel,
                                          {inputs, sizes.of(graph, task)})) {
    ns += work->operations * speed.operation_ns + work->functions * speed.function_ns +
          work->uniform_numbers * speed.uniform_number_ns +
          work->other_random_numbers * speed.random_number_ns + work->multiply_adds * speed.multiply_add_ns;
  }
  return ns;
}

}  // namespace

TaskTimes::TaskTimes(const MachineSpeed& speed, std::string source,
                     std::unordered_map<std::string, LayerTimes> layers)
    : speed_(speed), source_(std::move(source)), layers_(std::move(layers)) {
  std::erase_if(layers_, [](const auto& layer) { return layer.second.tasks == 0; });
}

void TaskTimes::tell_sizes(CostModel& costs) const {
  for (const auto& [layer, times] : layers_)
    costs.expect(layer, static_cast<float>(times.bytes / static_cast<double>(times.tasks)));
}

std::vector<float> TaskTimes::of(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes) const {
  struct Sum {
    double weight = 0;
    std::uint64_t tasks = 0;
  };
  std::unordered_map<std::string, Sum> sums;
  std::vector<Sum*> sum_of_group;
  for (const TaskGroup& group : plan.groups) sum_of_group.push_back(&sums[group.layer]);
  std::vector<float> ns(graph.size());
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    Sum& sum = *sum_of_group[plan.group[position]];
    ns[plan.task[position].index] = weight_of(plan, graph, sizes, position);
    sum.weight += ns[plan.task[position].index];
    ++sum.tasks;
  }
  // Until here, weights.
  std::vector<double> ns_of_weight;
  for (const TaskGroup& group : plan.groups) {
    const LayerTimes* const known = find(group.layer);
    const Sum& sum = sums[group.layer];
    const double mean = known == nullptr ? 0 : known->ns / static_cast<double>(known->tasks);
    ns_of_weight.push_back(
        known == nullptr || sum.weight == 0 ? 0 : mean * static_cast<double>(sum.tasks) / sum.weight);
  }
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    float& of_task = ns[plan.task[position].index];
    const double factor = ns_of_weight[plan.group[position]];
    of_task =
        static_cast<float>(factor != 0 ? of_task * factor : guess(plan, graph, sizes, position, speed_));
  }
  return ns;
}

}  // namespace bask
