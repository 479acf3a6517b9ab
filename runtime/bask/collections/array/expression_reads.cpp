// Which blocks the tasks of an expression read, and how often they run its operations.
#include <bask/collections/array/axis_map.hpp>
#include <bask/collections/array/expression.hpp>

#include <algorithm>
#include <cstdlib>

namespace bask {

namespace {

// Whether a box of the root is a box of blocks.
bool reads_boxes(const AxisMap& map) {
  for (std::size_t k = 0; k < map.size(); ++k) {
    if (map[k].axis < 0) continue;
    if (map[k].step != 1 && map[k].step != -1) return false;
    for (std::size_t other = 0; other < k; ++other) {
      if (map[other].axis == map[k].axis) return false;
    }
  }
  return true;
}
constexpr std::size_t kMostMaps = 64;

}  // namespace

OperationCount operations_of(const Expression& expression, std::size_t most) {
  const std::vector<Term>& terms = expression.terms;
  std::vector<std::vector<AxisMap>> maps(terms.size());
  const auto add = [&](std::uint32_t index, AxisMap map) {
    if (std::find(maps[index].begin(), maps[index].end(), map) == maps[index].end())
      maps[index].push_back(std::move(map));
  };
  add(static_cast<std::uint32_t>(terms.size() - 1), identity_map(expression.grid.counts.size()));
  OperationCount count;
  for (std::size_t index = terms.size(); index-- > 0 && count.runs <= most;) {
    const Term& term = terms[index];
    if (term.kind == TermKind::kOperation) {
      ++count.operations;
      count.runs += maps[index].size();
    }
    for (const AxisMap& map : maps[index]) {
      AxisMap inner = term.kind == TermKind::kView ? composed(term.axes, map) : map;
      for (std::size_t k = 0; k < term.operands.size(); ++k) {
        if (term.kind == TermKind::kConcatenate) {
          const auto axis = static_cast<std::size_t>(term.axis);
          inner[axis].start = map[axis].start - term.starts[0][k];
        }
        add(term.operands[k], inner);
      }
    }
  }
  return count;
}

BlockReader::BlockReader(const Expression& expression) : expression_(expression) {
  const std::vector<Term>& terms = expression.terms;
  std::vector<std::vector<AxisMap>> maps(terms.size());  // under which each term is read
  const auto add = [&](std::uint32_t index, const AxisMap& map) {
    is_simple_ = is_simple_ && reads_boxes(map) && maps[index].size() < kMostMaps;
    if (std::find(maps[index].begin(), maps[index].end(), map) == maps[index].end())
      maps[index].push_back(map);
  };
  add(static_cast<std::uint32_t>(terms.size() - 1), identity_map(expression.grid.counts.size()));
  for (auto index = static_cast<std::uint32_t>(terms.size()); index-- > 0 && is_simple_;) {
    const Term& term = terms[index];
    is_simple_ = term.kind != TermKind::kConcatenate || maps[index].empty();
    for (AxisMap& map : maps[index]) {
      if (term.kind == TermKind::kView) map = composed(term.axes, map);
      for (const std::uint32_t operand : term.operands) add(operand, map);
      if (term.kind == TermKind::kBlocks) reads_.push_back({index, std::move(map)});
    }
  }
}

void BlockReader::add_blocks(const Read& read, const Region& region, std::vector<SourceBlock>& blocks) const {
  const Term& term = expression_.terms[read.term];
  const std::size_t axes = read.axes.size();
  std::array<std::size_t, kMostAxes> first{}, last{}, at{};
  for (std::size_t k = 0; k < axes; ++k) {
    const AxisSource& source = read.axes[k];
    std::int64_t low = source.start, high = source.start;
    if (source.axis >= 0) {
      const auto axis = static_cast<std::size_t>(source.axis);
      low += source.step * region.start[axis];
      high = low + source.step * (region.extent[axis] - 1);
      if (low > high) std::swap(low, high);
    }
    first[k] = at[k] = chunk_at(term.starts[k], low);
    last[k] = chunk_at(term.starts[k], high);
  }
  for (;;) {
    std::size_t block = 0;
    for (std::size_t k = 0; k < axes; ++k) block = block * (term.starts[k].size() - 1) + at[k];
    blocks.push_back({term.source, static_cast<std::uint32_t>(block)});
    std::size_t k = axes;
    while (k > 0 && at[k - 1] == last[k - 1]) {
      at[k - 1] = first[k - 1];
      --k;
    }
    if (k == 0) return;
    ++at[k - 1];
  }
}

std::vector<SourceBlock> BlockReader::blocks(const Region& region) const {
  std::vector<SourceBlock> blocks;
  if (std::find(region.extent.begin(), region.extent.end(), 0) != region.extent.end()) return blocks;
  if (is_simple_) {
    for (const Read& read : reads_) add_blocks(read, region, blocks);
  } else {
    for (const Region& piece : pieces(expression_, region)) {
      for (const Leaf& leaf : program_of(expression_, piece).leaves) {
        const Term& term = expression_.terms[leaf.term];
        if (term.kind == TermKind::kBlocks)
          blocks.push_back({term.source, static_cast<std::uint32_t>(leaf.block)});
      }
    }
  }
  if (blocks.size() > 1) {
    std::sort(blocks.begin(), blocks.end());
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
  }
  return blocks;
}

}  // namespace bask
