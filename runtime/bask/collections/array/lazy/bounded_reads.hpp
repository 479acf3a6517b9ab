// bounded_reads.hpp: no task reads a large part of a large array only to use a strip of each block.
// Runs on: rank 0. Threads: one lowers nodes at a time, as with everything that adds tasks.
#pragma once

#include <bask/collections/array/lazy/node.hpp>

namespace bask {

/// Puts a rechunked array in the place of each source of which a task would read too many blocks, as
/// intermediate_chunks tells. Sources of less than kMostBytesRead stay as they are. Its blocks come from
/// tasks of their own, which are bounded in the same way when the array is lowered.
/// The lengths of the expression must be known.
/// Cost: one look at each source; where one is large, a walk over the terms and the chunks along each axis.
void bound_reads(Sourced& sourced);

}  // namespace bask
