#include <bask/graph/task_graph.hpp>

#include <algorithm>
#include <cstring>

namespace bask {
namespace {

template <class T>
std::size_t bytes_of(const std::vector<T>& array) {
  return array.size() * sizeof(T);
}

}  // namespace

std::uint32_t TaskGraph::constant_index(TaskId task) const {
  std::uint32_t index;
  std::memcpy(&index, arguments_of(task), sizeof(index));
  return index;
}

std::vector<Value*> TaskGraph::constant_values() const {
  std::vector<Value*> values;
  for (const Constant& constant : constants) values.push_back(constant.value);
  return values;
}

LayerPlace TaskGraph::place_of(TaskId task) const {
  const auto after = std::upper_bound(spans.begin(), spans.end(), task,
                                      [](TaskId id, const LayerSpan& span) { return id < span.first; });
  const LayerSpan& span = *std::prev(after);
  return {span.layer, task.index - span.first.index};
}

Key TaskGraph::key(TaskId task) const {
  const auto [layer, index] = place_of(task);
  return layer->key(index);
}

std::string TaskGraph::name(TaskId task) const {
  const auto [layer, index] = place_of(task);
  return short_name(layer->label(index), layer->key(index));
}

std::size_t TaskGraph::bytes() const {
  return bytes_of(group) + bytes_of(input_begin) + bytes_of(inputs) + bytes_of(argument_begin) +
         bytes_of(arguments) + bytes_of(annotation) + bytes_of(result_bytes) + bytes_of(pure);
}

void TaskGraph::add_constant(const Constant& constant) {
  const auto index = static_cast<std::uint32_t>(constants.size());
  constants.push_back(constant);
  add_arguments(&index, sizeof(index));
  end_task(kConstants);
}

void TaskGraph::annotate_from(std::uint32_t first, const Annotations& notes) {
  annotation.resize(first);
  annotation.resize(group.size(), static_cast<std::uint32_t>(annotations.size()));
  annotations.push_back(notes);
}

void TaskGraph::size_from(std::uint32_t first, std::span<const float> bytes) {
  result_bytes.resize(first);
  result_bytes.insert(result_bytes.end(), bytes.begin(), bytes.end());
}

std::uint32_t TaskGraph::group_for(const std::string& layer, const Kernel* kernel) {
  const auto same = [&](const TaskGroup& known) { return known.kernel == kernel && known.layer == layer; };
  const auto known = std::find_if(groups.begin(), groups.end(), same);
  const auto index = static_cast<std::uint32_t>(known - groups.begin());
  if (known == groups.end()) groups.push_back({layer, kernel});
  return index;
}

}  // namespace bask
