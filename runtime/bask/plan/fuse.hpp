// fuse.hpp: linear chains of tasks that one thread may as well run one after the other.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

/// For each task the one before it in its chain, or kNoIndex for the head of a chain.
/// A task follows another when it reads that result and no other (constants apart), nobody else reads it, and
/// both carry the same annotations, where `checkpoint` of the first one does not count. So the inside of a
/// chain is read only inside it. Targets end chains, and so do tasks whose results are always kept.
/// `uses` comes from `cull`. Cost: one sweep over tasks and inputs.
std::vector<std::uint32_t> fuse(const TaskGraph& graph, std::span<const std::uint32_t> uses);

}  // namespace bask
