// releases.hpp: which tasks should run at once because, all together, they free what they read: the pieces
// that a block is cut into, once the block is there; the second reader of a block, as soon as it can run.
// Depth first alone makes one of the pieces, and holds the block for the others until their turn comes.
// Runs on: rank 0. Threads: one.
// Size: nothing unless there is a large result that several tasks read, else 24 bytes a task and 4 an input.
#pragma once

#include <bask/graph/task_graph.hpp>
#include <bask/plan/result_sizes.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

class Releases {
 public:
  /// Smaller results are not worth the search for their readers.
  static constexpr float kLargeBytes = 64 << 10;

  /// `previous` comes from `fuse`, `uses` from `cull`. Refers to the graph and the sizes.
  Releases(const TaskGraph& graph, std::span<const std::uint32_t> previous,
           std::span<const std::uint32_t> uses, const ResultSizes& sizes);
  /// The chain is done. Returns the last tasks of chains that can run now and should: none of them again.
  /// Cost of all calls: each input some times.
  std::vector<TaskId> done(TaskId head, TaskId tail);

 private:
  std::span<const std::uint32_t> readers_of(TaskId task) const;
  bool is_large(TaskId task) const { return sizes_.of(graph_, task) >= kLargeBytes; }
  void find_readers(std::span<const std::uint32_t> previous, std::span<const std::uint32_t> uses);
  std::vector<std::uint32_t> open_readers(TaskId task) const;
  float freed_by_a_reading(TaskId input) const;
  bool frees_its_inputs(const std::vector<std::uint32_t>& heads);

  const TaskGraph& graph_;
  const ResultSizes& sizes_;
  // Chains are known by their first task. Inputs count as often as they are read.
  std::vector<std::uint32_t> reader_begin_;  // empty: there is nothing to look for
  std::vector<std::uint32_t> readers_;
  std::vector<std::uint32_t> tail_of_;    // by first task
  std::vector<std::uint32_t> waits_for_;  // by first task: inputs that are not there
  std::vector<std::uint32_t> waiting_;    // by result: readings by chains that cannot run yet
  std::vector<std::uint32_t> uses_left_;  // by result
  std::vector<bool> is_over_;             // by first task: done, or returned
  std::vector<std::uint32_t> round_of_;   // by first task: when it was last looked at with others
  std::uint32_t round_ = 0;
};

}  // namespace bask
