// block_layer.hpp: the layer of tasks that an operation on arrays adds: one kernel, one description of the
// operation that all its tasks share, and for each task the blocks that it reads.
// Runs on: made on rank 0; kernels run on the rank of their task.
// Threads: any; a layer never changes once it has been told the sizes of its blocks.
// Size: 4 bytes a task, 4 more when the sizes of blocks are known, 8 for each block that a task reads.
//       The description once on each rank.
#pragma once

#include <bask/collections/array/block/block.hpp>
#include <bask/collections/array/block/work_of_task.hpp>
#include <bask/collections/callable.hpp>
#include <bask/collections/packing.hpp>
#include <bask/core/id.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/layer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// What becomes of the blocks that a task reads where arrays are cut into smaller chunks.
struct ReadsByChunks {
  struct SourceAxis {
    std::uint32_t source;
    std::size_t axis;
  };
  /// The task reads the box that its own block needs, which becomes smaller with that: `step` times as long
  /// at most, and, if `is_shifted`, beginning at other places than blocks do. Otherwise, along an axis along
  /// which it reads several blocks, it reads as much as before.
  bool in_boxes = false;
  std::int64_t step = 1;
  bool is_shifted = false;
  std::vector<SourceAxis> whole{};  ///< along these it reads as much as before, though it reads one block
  bool chooses_chunks = false;      ///< the arrays that it reads were cut for it, in a way of its own
};

/// A block of one of the arrays that a layer reads.
struct SourceBlock {
  std::uint32_t source;
  std::uint32_t block;
  friend auto operator<=>(const SourceBlock&, const SourceBlock&) = default;
};

/// What a task reads of a block, by the description that the layer's tasks share.
using ReadPart = std::optional<BlockPart> (*)(const void* description, std::uint32_t task,
                                              const SourceBlock& block);

/// What a task needs beside its blocks while it runs, at most.
struct TaskScratch {
  double bytes = 0;
  /// Where chunks are cut shorter: at most so many bytes times the longest length to the power of `axes`.
  /// 0: `bytes`, however short they are.
  double bytes_each = 0;
  std::size_t axes = 0;
};

/// The tasks that make the blocks of one array, in C order.
class BlockRefs {
 public:
  BlockRefs() = default;
  explicit BlockRefs(LayerPtr layer) : layer_(std::move(layer)), count_(layer_->size()) {}
  explicit BlockRefs(std::vector<TaskRef> each)
      : each_(std::move(each)), count_(static_cast<std::uint32_t>(each_.size())) {}

  std::uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  TaskRef operator[](std::uint32_t block) const {
    return layer_ != nullptr ? TaskRef{layer_, block} : each_[block];
  }
  /// The one layer whose tasks these are, in order; null when they were gathered one by one.
  const LayerPtr& layer() const { return layer_; }
  /// Tells the layer how many bytes each of its blocks will have, in order. Does nothing when the layer knows
  /// already or is no BlockLayer.
  /// Threads: called by the thread that has made the layer, before another thread sees the layer.
  void set_bytes(std::vector<float> bytes) const;
  /// Tells the layer the type and the chunks of the array whose blocks it makes, and so their sizes. Several
  /// tasks in a row may make one block's parts, each as large as the block. Threads: as set_bytes().
  void set_blocks(DType dtype, const Chunks& chunks, std::uint32_t tasks_each = 1) const;
  /// The same for blocks that are only a step on the way to an array's blocks, and have axes of their own.
  void set_steps(DType dtype, const Chunks& chunks) const;
  /// Tells the layer how its tasks' reads follow the chunks of what they read. Threads: as set_bytes().
  void set_reads(ReadsByChunks reads) const;
  /// Tells the layer that its kernel can do with parts of blocks, and with which. Threads: as set_bytes().
  void set_parts(ReadPart read_part) const;
  /// Tells the layer what its tasks need beside their blocks. Threads: as set_bytes().
  void set_scratch(TaskScratch scratch) const;
  /// Tells the layer what its tasks do, as a list (core/name_list.hpp) in the user's words; until then its
  /// name says that. The first to tell counts. It is no part of any key. Threads: as set_bytes().
  void set_operations(std::string list) const;
  /// Tells the layer which task had better run right after each of its tasks, as `Layer::companions` says.
  /// Threads and other layers: as set_bytes.
  void set_companions(std::vector<std::uint32_t> companions) const;

 private:
  LayerPtr layer_;
  std::vector<TaskRef> each_;
  std::uint32_t count_ = 0;
};

/// The size of each block of an array in bytes, in C order; 0 where a length is not known.
std::vector<float> block_bytes(DType dtype, const Chunks& chunks);

/// The blocks that the tasks of a layer read, written task by task: task t reads blocks[begin[t]] and so on,
/// up to blocks[begin[t + 1]].
struct BlockReads {
  std::vector<std::uint32_t> begin{0};
  std::vector<SourceBlock> blocks;

  void read(std::uint32_t source, std::uint32_t block) { blocks.push_back({source, block}); }
  void end_task() { begin.push_back(static_cast<std::uint32_t>(blocks.size())); }
  std::uint32_t tasks() const { return static_cast<std::uint32_t>(begin.size() - 1); }
};

class SharedWork;

class BlockLayer final : public Layer {
 public:
  /// Every task gets `description` as its first input; it is part of the key.
  BlockLayer(std::string name, KernelId kernel, TaskRef description, std::vector<BlockRefs> sources,
             BlockReads reads, std::shared_ptr<const SharedWork> work = nullptr,
             const Annotations& annotations = annotate::current());

  std::uint32_t size() const override { return reads_.tasks(); }
  Key key(std::uint32_t index) const override { return hash_member(key_, index); }
  Key content_key() const override { return hash_member(key_, size()); }
  bool is_pure() const override { return true; }
  std::string label(std::uint32_t) const override { return name_; }
  bool names_operations() const override { return true; }
  void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override;
  std::optional<Key> shared_key() const override { return shared_key_; }
  LayerPtr shared_layer(std::span<const Layer* const> layers) const override;
  std::uint32_t picking_group(TaskGraph& graph) const override;
  std::optional<ArrayBlock> block(std::uint32_t index) const override;
  std::optional<TaskBytes> bytes_if_cut(std::uint32_t index, std::int64_t longest) const override;
  std::optional<BlockPart> part_read(std::uint32_t index, std::uint32_t input) const override;
  bool reads_parts() const override { return read_part_ != nullptr; }
  std::optional<TaskWork> work(std::uint32_t index, const Kernel* kernel,
                               const ResultsOfTask& results) const override;
  /// Tells the layer how to find what its tasks do.
  void set_work(WorkOfTask work_of_task) { work_of_task_ = work_of_task; }
  bool chooses_chunks_of_inputs() const override {
    return reads_by_chunks_ && reads_by_chunks_->chooses_chunks;
  }
  std::span<const std::uint32_t> companions() const override { return companions_; }

 private:
  friend class BlockRefs;
  friend class CutReads;
  struct Place {  // of a block: its layer's slot (0 is this layer) and its index in that layer
    std::uint32_t slot;
    std::uint32_t index;
  };
  using Slots = std::unordered_map<const Layer*, std::uint32_t>;
  ArrayBlock block_of(std::uint32_t index) const;
  static std::vector<float> bytes_together(std::span<const Layer* const> layers);
  std::uint32_t slot_of(const LayerPtr& layer, Slots& slots);
  Place place_of(const SourceBlock& block) const;
  const void* description() const;

  const std::string& operations() const { return operations_.empty() ? name_ : operations_; }

  std::string name_, operations_;
  KernelId kernel_;
  BlockReads reads_;
  Place description_{};
  std::vector<std::uint32_t> slots_;        // per source: its slot when it is one layer, else 0
  std::vector<std::vector<Place>> places_;  // per source that is not one layer: the place of each block
  Annotations annotations_;
  std::vector<std::uint32_t> companions_;  // empty until set_companions()
  std::vector<float> bytes_;  // of each task's block, 0 where that is not known; empty until set_bytes()
  // Of the array whose blocks these are; until set_blocks() there are no tasks for each block.
  DType dtype_ = DType::kFloat64;
  Chunks chunks_;
  std::uint32_t tasks_each_ = 0;
  bool are_steps_ = false;                        // and not blocks of an array that the program knows
  std::optional<ReadsByChunks> reads_by_chunks_;  // nothing: it is not known
  ReadPart read_part_ = nullptr;                  // null: tasks read whole blocks
  WorkOfTask work_of_task_ = nullptr;             // null: it is not known
  TaskScratch scratch_;
  Key key_;
  // Null when no work can be shared; else sources_ and shared_key_ are set.
  std::shared_ptr<const SharedWork> work_;
  std::vector<BlockRefs> sources_;
  std::optional<Key> shared_key_;
};

/// A call of a block kernel, as its function sees it.
template <class Description>
struct BlockCall {
  explicit BlockCall(KernelCall& kernel_call) : call(kernel_call) {}
  const Description& description() const { return call.inputs[0].value->template get<Description>(); }
  std::uint32_t task() const {
    std::uint32_t index;
    std::memcpy(&index, call.arguments, sizeof(index));
    return index;
  }
  std::size_t blocks() const { return call.inputs.size() - 1; }
  const Block& block(std::size_t k) const { return call.inputs[k + 1].value->template get<Block>(); }

  KernelCall& call;
};

/// A function `Block f(const BlockCall<Description>&)` as a kernel, registered before main.
template <auto F>
struct BlockKernel;
template <class Description, class Result, Result (*F)(const BlockCall<Description>&)>
struct BlockKernel<F> {
  static void run(KernelCall& call) { call.result.emplace<Result>(F(BlockCall<Description>(call))); }
};

/// Adds a layer of tasks that call F, which may be repeated as Rule says. Cost: 30 ns a task.
/// Example: see reshape.cpp.
template <auto F, RepeatRule Rule = nullptr>
struct BlockTasks;
template <class Description, class Result, Result (*F)(const BlockCall<Description>&), RepeatRule Rule>
struct BlockTasks<F, Rule> {
  static BlockRefs add(std::string name, const Description& description, std::vector<BlockRefs> sources,
                       BlockReads reads) {
    return add_sharing(nullptr, std::move(name), description, std::move(sources), std::move(reads));
  }
  /// The same for tasks that can share `work` with tasks of other layers.
  static BlockRefs add_sharing(std::shared_ptr<const SharedWork> work, std::string name,
                               const Description& description, std::vector<BlockRefs> sources,
                               BlockReads reads) {
    TaskRef constant = arguments::CallPacker::stored_constant(description);
    auto* const layer = new BlockLayer(std::move(name), kernel, std::move(constant), std::move(sources),
                                       std::move(reads), std::move(work));
    layer->set_work(work_of_task<Description>());
    return BlockRefs(LayerPtr(layer));
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add(callable::name_of_value<F>(), typeid(BlockTasks).name(),
                                     &BlockKernel<F>::run, &value_type_of<Result>, Rule);
};

}  // namespace bask
