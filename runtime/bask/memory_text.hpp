// memory_text.hpp: what the user is told of the memory that a computation has taken.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/core/memory_use.hpp>

#include <string>
#include <vector>

namespace bask {

/// By rank. Empty when nothing was spilled, else:
///     3.2 GiB of results did not fit into the limit of 512 MiB and went to /tmp (2 ranks): 4.10 s were lost;
///     raise --bask-memory-limit or use smaller chunks
std::string spilled_text(const std::vector<MemoryUse>& ranks);

/// Logs that text, unless it is empty.
void log_spilled(const std::vector<MemoryUse>& ranks);

}  // namespace bask
