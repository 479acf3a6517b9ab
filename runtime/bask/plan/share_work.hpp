// share_work.hpp: what several layers can do in one pass over the same blocks is done in one.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/expand.hpp>

namespace bask {

/// Where tasks of several layers with the same shared key and the same index are needed, one task of a layer
/// more does their work, and they only take their parts. What is not needed, or was kept and is only read,
/// has no share: it must neither cost anything nor fail the others. Of a group of layers, those share that
/// save most; at an index where others of them are needed, each works alone. Bits, keys and names stay; ids
/// do not. `keeps_results`: of a run with a journal, which is to have the parts, and not what they are taken
/// from. Cost: a look at each layer; where any share, a sweep and a copy of the graph.
Expansion share_work(Expansion expansion, bool keeps_results = false);

}  // namespace bask
