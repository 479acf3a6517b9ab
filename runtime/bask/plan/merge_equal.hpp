// merge_equal.hpp: equal pure work is done once.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/expand.hpp>

namespace bask {

/// Every input and target that is a pure task refers to the first task with the same key. The others stay in
/// the graph and are no longer needed by them; annotations are the first one's. Cost: one probe of a hash
/// table per pure task.
Expansion merge_equal(Expansion expansion);

}  // namespace bask
