// generated_layer.hpp: tasks of one kernel; a function describes each from its index.
// Runs on: rank 0. Threads: any; a generated layer never changes.
#pragma once

#include <bask/core/serialization.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/task_graph.hpp>

#include <concepts>
#include <string>
#include <utility>

namespace bask {

/// What the tasks of a generated layer call.
struct LayerKernel {
  KernelId id;
  const std::type_info* argument;  ///< the type that each task carries
  bool reads_own;                  ///< it takes Inputs of its own result's type
};

/// A generator describes one task through it: what the kernel is called with, in order.
/// Throws: Error for an input that is not there.
class TaskWriter {
 public:
  TaskWriter(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot, std::span<const LayerPtr> inputs,
             const LayerKernel& kernel)
      : graph_(graph), first_of_slot_(first_of_slot), kernel_(kernel) {
    for (const LayerPtr& layer : inputs) sizes_.push_back(layer->size());
  }

  /// The result of task `index` of the same layer; `index` is smaller than the task's own.
  void own_input(std::uint32_t index) {
    if (!kernel_.reads_own || index >= graph_.size() - first_of_slot_[0]) refuse_own(index);
    graph_.add_input(TaskId{first_of_slot_[0] + index});
  }
  /// Task `index` of the layer's input number `input_layer`, from 0.
  void input(std::uint32_t input_layer, std::uint32_t index) {
    if (input_layer >= sizes_.size() || index >= sizes_[input_layer]) refuse(input_layer, index);
    graph_.add_input(TaskId{first_of_slot_[input_layer + 1] + index});
  }
  /// The argument of the task itself, of exactly the type that its function takes. One call a task.
  template <CopiedWhole T>
  void argument(const T& value) {
    if (typeid(T) != *kernel_.argument) refuse_argument(&typeid(T));
    const auto bytes = without_padding(value);
    graph_.add_arguments(bytes.data(), bytes.size());
    has_argument_ = true;
  }

  void end_task(std::uint32_t group) {
    if (!std::exchange(has_argument_, false)) refuse_argument(nullptr);
    graph_.end_task(group);
  }

 private:
  [[noreturn]] void refuse_argument(const std::type_info* written) const;
  [[noreturn]] void refuse_own(std::uint32_t index) const;
  [[noreturn]] void refuse(std::uint32_t layer, std::uint32_t index) const;

  TaskGraph& graph_;
  std::span<const std::uint32_t> first_of_slot_;
  const LayerKernel& kernel_;
  bool has_argument_ = false;
  std::vector<std::uint32_t> sizes_;  // in tasks, of the layer's inputs
};

/// A pure function object that describes task `index`, and that can go to another rank.
template <class G>
concept TaskGenerator = Serializable<G> &&
    requires(const G& generator, std::uint32_t index, TaskWriter& writer) {
  generator(index, writer);
};

template <TaskGenerator G>
class GeneratedLayer final : public Layer {
 public:
  GeneratedLayer(std::string name, LayerKernel kernel, std::uint32_t size, G generator,
                 std::vector<LayerPtr> inputs)
      : Layer(next_sequence()), name_(std::move(name)), kernel_(kernel), size_(size), generator_(generator) {
    inputs_ = std::move(inputs);
    ByteWriter content;
    content.write_raw(KernelRegistry::instance()[kernel.id].hash);
    encode(content, generator_);
    for (const LayerPtr& layer : inputs_) content.write_raw(layer->content_key());
    key_ = hash_bytes(content.bytes());
  }

  std::uint32_t size() const override { return size_; }
  Key key(std::uint32_t index) const override { return hash_member(key_, index); }
  Key content_key() const override { return hash_member(key_, size_); }
  bool is_pure() const override { return true; }
  std::string label(std::uint32_t) const override { return name_; }
  void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override {
    const std::uint32_t group = graph.group_for(name_, &KernelRegistry::instance()[kernel_.id]);
    TaskWriter writer(graph, first_of_slot, inputs(), kernel_);
    const std::size_t inputs_before = graph.inputs.size();
    const std::size_t arguments_before = graph.arguments.size();
    for (std::uint32_t index = 0; index < size_; ++index) {
      generator_(index, writer);
      writer.end_task(group);
      if (index == kSample) reserve_like_first(graph, inputs_before, arguments_before);
    }
    if (!annotations_.empty()) graph.annotate_from(first_of_slot[0], annotations_);
  }

 private:
  static constexpr std::uint32_t kSample = 1000;

  /// Reserves room for the whole layer, as if all tasks were like the first ones.
  void reserve_like_first(TaskGraph& graph, std::size_t inputs_before, std::size_t arguments_before) const {
    const auto whole = [&](std::size_t so_far) { return so_far * (size_ / kSample + 1); };
    graph.inputs.reserve(inputs_before + whole(graph.inputs.size() - inputs_before));
    graph.arguments.reserve(arguments_before + whole(graph.arguments.size() - arguments_before));
  }

  std::string name_;
  LayerKernel kernel_;
  std::uint32_t size_;
  G generator_;
  Annotations annotations_ = annotate::current();
  Key key_;
};

}  // namespace bask
