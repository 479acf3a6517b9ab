// block_parts.hpp: which part of a block a task reads, and where a leaf lies in such a part.
// Runs on: rank 0 tells the parts, every rank reads them. Threads: any; pure functions.
#pragma once

#include <bask/collections/array/expression/expression.hpp>
#include <bask/graph/layer.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace bask {

/// A box of the block that has all that the region reads of it; nothing where it reads nothing. The smallest,
/// but for steps beyond the chunks and for diagonals. Cost: as of blocks_of.
std::optional<BlockPart> part_read(const Expression& expression, const Region& region,
                                   const SourceBlock& block);

/// A leaf of a piece with these extents, which lies in the whole block, as it lies in the part.
Leaf leaf_in_part(const Leaf& leaf, std::span<const std::int64_t> extent, const Block& part);

}  // namespace bask
