// explicit_layer.hpp: tasks that were added one by one, listed as flat arrays.
// Runs on: rank 0. Threads: appended to by one; read by any once nothing is appended.
// Size: 32 bytes a task, 4 more if it is pure and 4 more where tasks are annotated; 8 per input; arguments.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/layer.hpp>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// A task to be added: one call of a kernel.
struct NewTask {
  KernelId kernel;
  std::span<const std::byte> arguments;
  std::span<const TaskRef* const> inputs;
  std::string_view name;  ///< the user's own, or empty
  bool pure = false;
  std::uint64_t number = 0;  ///< tells equal impure calls apart
};

class ExplicitLayer final : public Layer {
 public:
  /// Enough that a layer's own cost hardly counts, few enough that one live handle keeps little memory.
  static constexpr std::uint32_t kMostTasks = 1u << 16;

  explicit ExplicitLayer(std::uint32_t expected_tasks);

  /// Adds a task that is run as `annotations` says. Returns its index.
  std::uint32_t append(const NewTask& task, const Annotations& annotations);
  /// Whether `layer` is old enough to be referred to from here.
  bool may_refer_to(const Layer& layer) const { return &layer == this || layer.sequence() < sequence(); }
  bool is_full() const { return size() >= kMostTasks; }

  std::uint32_t size() const override { return static_cast<std::uint32_t>(keys_.size()); }
  Key key(std::uint32_t index) const override { return keys_[index]; }
  Key content_key() const override { return hash_bytes(std::as_bytes(std::span(keys_))); }
  std::string label(std::uint32_t index) const override;
  void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override;

 private:
  struct InputRef {
    std::uint32_t slot;  // 0 is this layer, k is inputs_[k - 1]
    std::uint32_t index;
  };
  std::uint32_t slot_of(const LayerPtr& layer);
  Key key_of(const NewTask& task) const;
  void add_annotations(const Annotations& annotations);
  void expand_notes(TaskGraph& graph, std::uint32_t first) const;

  std::vector<KernelId> kernels_;
  std::vector<Key> keys_;
  std::vector<std::uint32_t> input_begin_{0};
  std::vector<InputRef> input_refs_;
  std::vector<std::uint64_t> argument_begin_{0};
  std::vector<std::byte> arguments_;
  std::vector<std::uint32_t> pure_;        // indices, ascending
  std::vector<std::uint32_t> annotation_;  // per task up to the last annotated one, into annotations_
  std::vector<Annotations> annotations_{Annotations{}};
  std::unordered_map<std::uint32_t, std::string> names_;
  std::unordered_map<const Layer*, std::uint32_t> slots_;
  const Layer* last_layer_ = nullptr;  // and its slot: most calls refer to one layer again and again
  std::uint32_t last_slot_ = 0;
};

/// The layer to which this thread's next task is added.
namespace open_layer {

/// Adds a task with the annotations in force and returns a handle to it. Cost: about 50 ns and 10 per input.
TaskRef append(const NewTask& task, const Annotations& own);
/// The number of this thread's next impure call, in program order: it tells the call from equal ones.
std::uint64_t next_number();
/// Ends the layer: the next task goes to a new one. The tasks of the ended one live as long as their handles.
void close();

}  // namespace open_layer

}  // namespace bask
