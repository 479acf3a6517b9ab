// layer.hpp: the tasks that one operation of a user adds, as the unit in which graphs are built and freed.
// Runs on: rank 0. Threads: counted references may be dropped by any thread; each layer is filled by one.
// Invariants: (1) a layer refers only to itself and to layers with a smaller sequence number, so there are
//             no cycles; (2) it lives as long as a handle or another layer refers to it; (3) dropping a
//             long chain of layers does not recurse.
#pragma once

#include <bask/core/key.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bask {

class Layer;
struct Kernel;
struct TaskGraph;
using LayerPtr = boost::intrusive_ptr<Layer>;

/// One task of a layer: what a user's handle holds. It keeps the layer alive.
struct TaskRef {
  LayerPtr layer;
  std::uint32_t index = 0;
  friend bool operator==(const TaskRef&, const TaskRef&) = default;
};

/// The block of an array that a task makes: its place along each axis, counted in blocks, and its extents.
struct ArrayBlock {
  std::vector<std::int64_t> place, extent;
};

/// The bytes that a task's inputs have together, those that are constants left out, those of its result, and
/// what it needs beside these while it runs.
struct TaskBytes {
  double inputs = 0, result = 0, scratch = 0;
};

/// The bytes of the results that a task reads, constants left out, and of its own; about.
struct ResultsOfTask {
  std::span<const float> inputs;
  float made = 0;
};

/// How often a task does what to elements, besides reading and making their bytes.
struct TaskWork {
  double operations = 0;  ///< such as additions
  double functions = 0;   ///< such as exponentials
  double uniform_numbers = 0, other_random_numbers = 0;
  double multiply_adds = 0;  ///< of products of matrices
};

/// A box of the elements of an array's block, which alone may go to another rank, and its bytes on the way.
struct BlockPart {
  std::vector<std::int64_t> start, extent;
  std::uint32_t header_bytes = 0, element_bytes = 0;
  double bytes() const;
};

class Layer {
 public:
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  virtual std::uint32_t size() const = 0;
  virtual Key key(std::uint32_t index) const = 0;
  /// Identifies the layer and all the tasks it has now.
  virtual Key content_key() const = 0;
  /// Whether a layer with the same content key and size does the same work.
  virtual bool is_pure() const { return false; }
  /// What task `index` is called, before its key's digits: a kernel's name, or what the user said.
  virtual std::string label(std::uint32_t index) const = 0;
  /// Whether its groups are named by what their tasks do, and not by the function that they call.
  virtual bool names_operations() const { return false; }
  /// Appends all tasks to `graph`. `first_of_slot[0]` is the id of this layer's first task, and
  /// `first_of_slot[k]` that of `inputs()[k - 1]`. Pure: every call on every rank appends the same tasks.
  virtual void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const = 0;

  /// Layers that can do some of their work together, when several of them are wanted, have the same shared
  /// key and the same number of tasks.
  virtual std::optional<Key> shared_key() const { return std::nullopt; }
  /// A layer that does the common work of all of `layers`, whose shared keys are equal.
  virtual LayerPtr shared_layer(std::span<const Layer* const> layers) const;
  /// The group in `graph` of the tasks that pick out this layer's part of the common work, each in place of
  /// one of this layer's tasks. The input of such a task is the shared layer's task with the same index; its
  /// argument (4 bytes) is this layer's number among `layers`.
  virtual std::uint32_t picking_group(TaskGraph& graph) const;

  /// The block that task `index` makes; nothing where it makes none, or one whose lengths are not known.
  virtual std::optional<ArrayBlock> block(std::uint32_t index) const;
  /// The most bytes that a task like task `index` would take if the program made all of its arrays with
  /// chunks of `longest` elements at most along each axis; nothing where that cannot be told.
  virtual std::optional<TaskBytes> bytes_if_cut(std::uint32_t index, std::int64_t longest) const;
  /// All that task `index` reads of its input number `input`; nothing where its kernel needs the whole.
  virtual std::optional<BlockPart> part_read(std::uint32_t index, std::uint32_t input) const;
  /// Whether it tells this of any input.
  virtual bool reads_parts() const { return false; }
  /// What task `index` does with `kernel` and these results; about. Nothing where that is not known, as of a
  /// task that only picks out a part.
  virtual std::optional<TaskWork> work(std::uint32_t index, const Kernel* kernel,
                                       const ResultsOfTask& results) const;
  /// Whether the tasks cut the blocks of the layers that they read in a way of their own.
  virtual bool chooses_chunks_of_inputs() const { return false; }
  /// For each task, the one that had better run right after it, as both read much of the same; kNoIndex where
  /// any will do. Empty when the layer does not care.
  virtual std::span<const std::uint32_t> companions() const { return {}; }

  std::uint64_t sequence() const { return sequence_; }
  std::span<const LayerPtr> inputs() const { return inputs_; }

 protected:
  /// Layers made later have larger numbers. 0 is for those that refer to no other.
  static std::uint64_t next_sequence();
  explicit Layer(std::uint64_t sequence) : sequence_(sequence) {}
  std::vector<LayerPtr> inputs_;

 private:
  friend void intrusive_ptr_add_ref(Layer* layer) {
    layer->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(Layer* layer) {
    if (layer->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) free_layer(layer);
  }
  friend class ValueLayer;  // its table of constants holds no reference, and so must try for one
  static void free_layer(Layer* layer);

  const std::uint64_t sequence_;
  std::atomic<std::uint32_t> references_{0};
};

}  // namespace bask
