#include <bask/core/bytes.hpp>
#include <bask/graph/explicit_layer.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/task_graph.hpp>

#include <algorithm>

namespace bask {

ExplicitLayer::ExplicitLayer(std::uint32_t expected_tasks) : Layer(next_sequence()) {
  kernels_.reserve(expected_tasks);
  keys_.reserve(expected_tasks);
  input_begin_.reserve(expected_tasks + 1);
  argument_begin_.reserve(expected_tasks + 1);
}

std::uint32_t ExplicitLayer::slot_of(const LayerPtr& layer) {
  if (layer.get() == this) return 0;
  if (layer.get() == last_layer_) return last_slot_;
  const auto [entry, is_new] =
      slots_.try_emplace(layer.get(), static_cast<std::uint32_t>(inputs_.size() + 1));
  if (is_new) inputs_.push_back(layer);
  last_layer_ = layer.get();
  return last_slot_ = entry->second;
}

Key ExplicitLayer::key_of(const NewTask& task) const {
  thread_local ByteWriter content;
  content.clear();
  content.write_raw(KernelRegistry::instance()[task.kernel].hash);
  content.write_raw(task.number);
  content.write(task.arguments.data(), task.arguments.size());
  for (const TaskRef* input : task.inputs) content.write_raw(input->layer->key(input->index));
  content.write(task.name.data(), task.name.size());
  return hash_bytes(content.bytes());
}

std::uint32_t ExplicitLayer::append(const NewTask& task, const Annotations& annotations) {
  const std::uint32_t index = size();
  for (const TaskRef* input : task.inputs) input_refs_.push_back({slot_of(input->layer), input->index});
  arguments_.insert(arguments_.end(), task.arguments.begin(), task.arguments.end());
  if (task.pure) pure_.push_back(index);
  if (!task.name.empty()) names_.emplace(index, task.name);
  keys_.push_back(key_of(task));
  kernels_.push_back(task.kernel);
  input_begin_.push_back(static_cast<std::uint32_t>(input_refs_.size()));
  argument_begin_.push_back(arguments_.size());
  if (!annotations.empty()) add_annotations(annotations);
  return index;
}

void ExplicitLayer::add_annotations(const Annotations& annotations) {
  // Compares only the last few: calls in one scope carry the same annotations.
  constexpr std::size_t kMostLooks = 8;
  std::size_t index = annotations_.size();
  const std::size_t end = index - std::min(index, kMostLooks);
  while (index > end && annotations_[index - 1] != annotations) --index;
  if (index == end) {
    annotations_.push_back(annotations);
    index = annotations_.size();
  }
  annotation_.resize(size());
  annotation_.back() = static_cast<std::uint32_t>(index - 1);
}

std::string ExplicitLayer::label(std::uint32_t index) const {
  const auto own = names_.find(index);
  return own != names_.end() ? own->second : KernelRegistry::instance()[kernels_[index]].name;
}

void ExplicitLayer::expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const {
  const std::uint32_t first = first_of_slot[0];
  const auto inputs_before = static_cast<std::uint32_t>(graph.inputs.size());
  const std::uint64_t arguments_before = graph.arguments.size();
  const KernelRegistry& registry = KernelRegistry::instance();
  std::vector<std::uint32_t> group_of_kernel(registry.size(), kNoIndex);
  for (const KernelId kernel : kernels_) {
    std::uint32_t& group = group_of_kernel[kernel.index];
    if (group == kNoIndex) group = graph.group_for(registry[kernel].name, &registry[kernel]);
    graph.group.push_back(group);
  }
  for (const InputRef& ref : input_refs_) graph.inputs.push_back(TaskId{first_of_slot[ref.slot] + ref.index});
  graph.arguments.insert(graph.arguments.end(), arguments_.begin(), arguments_.end());
  for (std::size_t i = 1; i < input_begin_.size(); ++i) {
    graph.input_begin.push_back(inputs_before + input_begin_[i]);
    graph.argument_begin.push_back(arguments_before + argument_begin_[i]);
  }
  expand_notes(graph, first);
}

void ExplicitLayer::expand_notes(TaskGraph& graph, std::uint32_t first) const {
  for (const std::uint32_t index : pure_) graph.pure.push_back({TaskId{first + index}, keys_[index]});
  if (annotation_.empty()) return;
  const auto before = static_cast<std::uint32_t>(graph.annotations.size());
  graph.annotations.insert(graph.annotations.end(), annotations_.begin() + 1, annotations_.end());
  graph.annotation.resize(first);
  for (const std::uint32_t index : annotation_)
    graph.annotation.push_back(index == 0 ? 0 : before + index - 1);
}

namespace open_layer {
namespace {

constexpr std::uint32_t kFirstTasks = 16;

struct Open {
  boost::intrusive_ptr<ExplicitLayer> layer;
  std::uint64_t next_number = 0;
  std::uint32_t expected_tasks = kFirstTasks;
};

Open& here() {
  // Each thread counts in a range of its own, so that no two calls get the same number.
  static std::atomic<std::uint64_t> threads{0};
  thread_local Open open{nullptr, threads.fetch_add(1) << 40, kFirstTasks};
  return open;
}

}  // namespace

TaskRef append(const NewTask& task, const Annotations& own) {
  Open& open = here();
  const auto fits = [&](const TaskRef* input) { return open.layer->may_refer_to(*input->layer); };
  if (open.layer == nullptr || open.layer->is_full() ||
      !std::all_of(task.inputs.begin(), task.inputs.end(), fits)) {
    // A thread that has filled one layer is likely to fill the next.
    open.expected_tasks =
        open.layer != nullptr && open.layer->is_full() ? ExplicitLayer::kMostTasks : kFirstTasks;
    open.layer = new ExplicitLayer(open.expected_tasks);
  }
  const Annotations& scope = annotate::current();
  const bool plain = own.empty();
  const std::uint32_t index = open.layer->append(task, plain ? scope : overlay(scope, own));
  return {open.layer, index};
}

std::uint64_t next_number() {
  return ++here().next_number;
}

void close() {
  here().layer = nullptr;
}

}  // namespace open_layer

}  // namespace bask
