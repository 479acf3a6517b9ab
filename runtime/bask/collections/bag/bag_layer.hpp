// bag_layer.hpp: the layer of tasks that an operation on bags adds: one kernel, one task for each partition
// of the result.
// Runs on: made on rank 0. Threads: any; a layer never changes.
// Size: nothing for tasks that read one partition each, in order; otherwise 4 bytes a task, 8 for each
// partition
//       that it reads, and 8 for each of its words.
#pragma once

#include <bask/collections/bag/partitions.hpp>
#include <bask/core/bytes.hpp>
#include <bask/core/id.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/layer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask::bags {

/// What tasks read, written task by task: task t reads read[begin[t]] and so on, up to read[begin[t + 1]].
struct Reads {
  struct Read {
    std::uint32_t source;  ///< among the sources, or kOwn
    std::uint32_t partition;
  };
  /// A task of the same layer, with a smaller index.
  static constexpr std::uint32_t kOwn = ~std::uint32_t{0};

  std::vector<std::uint32_t> begin{0};
  std::vector<Read> read;

  void add(std::uint32_t source, std::uint32_t partition) { read.push_back({source, partition}); }
  void end_task() { begin.push_back(static_cast<std::uint32_t>(read.size())); }
  std::uint32_t tasks() const { return static_cast<std::uint32_t>(begin.size() - 1); }
};

/// Where the tasks of a layer get their data from. Each task is called with its index and its words, 8 bytes
/// each, as arguments.
struct TaskInputs {
  std::vector<Partitions> sources{};
  std::uint32_t tasks = 0;
  /// Without tasks: task t reads partition t of each source.
  Reads reads{};
  std::vector<std::uint64_t> words{};  ///< of all tasks, as many for each
  bool reads_parts = false;            ///< task t reads part t of each input, which are Parts
  bool reads_in_order() const { return reads.tasks() == 0; }
};

struct WholePass;

class BagLayer final : public Layer {
 public:
  /// `name`: what its tasks do, as a list (core/name_list.hpp). `common`: what all tasks read, before their
  /// partitions. `pass`: what they do, where they can do it together with other layers of the same inputs.
  BagLayer(std::string name, KernelId kernel, const std::vector<TaskRef>& common,
           std::shared_ptr<const TaskInputs> inputs, std::shared_ptr<const WholePass> pass = nullptr,
           const Annotations& annotations = annotate::current());

  std::uint32_t size() const override { return task_inputs_->tasks; }
  Key key(std::uint32_t index) const override { return hash_member(key_, index); }
  Key content_key() const override { return hash_member(key_, size()); }
  bool is_pure() const override { return true; }
  std::string label(std::uint32_t) const override { return name_; }
  bool names_operations() const override { return true; }
  void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override;
  std::optional<BlockPart> part_read(std::uint32_t index, std::uint32_t input) const override;
  bool reads_parts() const override { return task_inputs_->reads_parts; }
  std::optional<Key> shared_key() const override { return shared_key_; }
  LayerPtr shared_layer(std::span<const Layer* const> layers) const override;
  std::uint32_t picking_group(TaskGraph& graph) const override;

 private:
  struct Place {  // a task of the layer in that slot
    std::uint32_t slot, index;
  };
  std::uint32_t slot_of(const LayerPtr& layer);
  void write_inputs(ByteWriter& content) const;

  std::string name_;
  KernelId kernel_;
  std::vector<Place> common_;
  std::shared_ptr<const TaskInputs> task_inputs_;  // shared by the layers that begin with the same feed
  std::vector<std::vector<std::uint32_t>> slots_;  // of each run of each source
  std::unordered_map<const Layer*, std::uint32_t> slot_of_;
  std::shared_ptr<const WholePass> pass_;
  Annotations annotations_;
  Key key_;
  std::optional<Key> shared_key_;
};

}  // namespace bask::bags
