// recall.hpp: what an earlier run has kept need not be done again.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/core/key.hpp>
#include <bask/graph/expand.hpp>
#include <bask/graph/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bask {

/// Where the result of a key was kept: what the kernel that reads it is called with; nothing when it was not,
/// or is not of the type that `kernel` gives.
using FindKept = std::function<std::optional<std::vector<std::byte>>(const Key& key, const Kernel& kernel)>;

struct Recall {
  Expansion expansion;
  std::uint64_t tasks = 0;     ///< that the targets need, had nothing been kept
  std::uint64_t read = 0;      ///< of these: results that are read instead
  std::uint64_t needless = 0;  ///< of these: only what was kept needed them
};

/// Each task that the targets need, and whose result was kept, becomes a task without inputs that reads it by
/// the kernel `read`: those are the group `recalled` of the graph. What only such tasks have read is needed
/// no more. Ids, keys and names stay. Cost: a look-up for each task that is still needed; a copy of inputs
/// and arguments when any is found.
Recall recall(Expansion expansion, const Kernel& read, const FindKept& find);

}  // namespace bask
