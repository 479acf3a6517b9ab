// share_work.hpp: work of several layers on the same blocks is done in one pass over them.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/expand.hpp>

namespace bask {

/// Where several layers have the same shared key, and their tasks of the same index are needed, one task of
/// an added layer does the work, and these tasks only pick out their parts. Tasks that are not needed, or
/// whose results were kept and are only read, do not take part: they must neither cost anything nor make the
/// others fail. Of the layers with one key, those share that save most; at an index where others of them are
/// needed, each works alone. Bits, keys and names stay; ids do not. `keeps_results`: the run has a journal,
/// which then keeps the parts and not the shared results. Cost: a look at each layer; where any share, a
/// sweep and a copy of the graph.
Expansion share_work(Expansion expansion, bool keeps_results = false);

}  // namespace bask
