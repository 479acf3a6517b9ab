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

/// Finds the kept result of a key. Returns the arguments for the kernel that reads it; nothing when no result
/// was kept, or when it is not of the type that `kernel` returns.
using FindKept = std::function<std::optional<std::vector<std::byte>>(const Key& key, const Kernel& kernel)>;

struct Recall {
  Expansion expansion;
  std::uint64_t tasks = 0;    ///< tasks that the targets would need if nothing had been kept
  std::uint64_t read = 0;     ///< of these: tasks whose results are read instead
  std::uint64_t skipped = 0;  ///< of these: tasks that neither run nor are read
};

/// Each task that the targets need, and whose result was kept, becomes a task without inputs that reads the
/// result by the kernel `read`. These tasks are the group `recalled` of the graph. Tasks that only they have
/// read are no longer needed. Ids, keys and names stay. Cost: a look-up for each task that is still needed; a
/// copy of inputs and arguments when any result is found.
Recall recall(Expansion expansion, const Kernel& read, const FindKept& find);

}  // namespace bask
