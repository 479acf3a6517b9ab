#include <bask/collections/array/expression/block_parts.hpp>
#include <bask/collections/array/expression/piece_runner.hpp>

namespace bask {

Block compute_region(const Expression& expression, const Region& region, const std::vector<Region>& parts,
                     const SourceBlocks& sources) {
  Block block(expression.root().dtype, region.extent);
  const Shape strides = strides_of(region.extent);
  for (const Region& piece : parts) {
    std::int64_t offset = 0;
    for (std::size_t k = 0; k < strides.size(); ++k)
      offset += (piece.start[k] - region.start[k]) * strides[k];
    const PieceProgram program = program_of(expression, piece);
    PieceRunner(expression, program, sources)
        .store(block.elements() + offset * static_cast<std::int64_t>(block.element_bytes()), strides);
  }
  return block;
}

const std::byte* PieceRunner::elements_for(std::size_t leaf, const Block& block) {
  if (block.is_part()) {
    if (moved_.empty()) moved_ = program_.leaves;
    moved_[leaf] = leaf_in_part(program_.leaves[leaf], program_.region.extent, block);
  }
  return block.stored();
}

}  // namespace bask
