// array_reads.hpp: how the tasks of an expression read its arrays of blocks, as few ranges along each axis
// instead of a list of blocks for each task.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/collections/array/expression/expression.hpp>
#include <bask/collections/array/expression/intermediate_chunks.hpp>

#include <vector>

namespace bask {

/// For each term of `wanted`, which are terms of blocks, all ways in which tasks read it: boxes of it, which
/// count from its first element on. All lengths must be known. The boxes may be too large for steps beyond
/// the chunks and for diagonals, but never too small. Nothing for any term when a term is read in very many
/// ways.
std::vector<std::vector<ArrayReads>> array_reads(const Expression& expression,
                                                 const std::vector<std::uint32_t>& wanted);

}  // namespace bask
