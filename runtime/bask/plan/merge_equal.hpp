// merge_equal.hpp: equal pure work is done once.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/expand.hpp>

namespace bask {

/// Makes every input and target that is a pure task refer to the first task with the same key, whose
/// annotations hold. The other tasks stay in the graph, but nothing refers to them. Cost: one probe of a hash
/// table per pure task.
Expansion merge_equal(Expansion expansion);

}  // namespace bask
