// Which blocks the tasks of an expression read, and how often they run its operations.
#include <bask/collections/array/expression/axis_map.hpp>
#include <bask/collections/array/expression/expression.hpp>
#include <bask/collections/array/expression/expression_walk.hpp>

#include <algorithm>
#include <array>

namespace bask {

namespace {

// Whether the leaf's blocks that a box of the root reads form a box too.
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

// Calls use(at) for every place first[k] <= at[k] <= last[k].
template <class Use>
void each_place(const std::array<std::size_t, kMostAxes>& first,
                const std::array<std::size_t, kMostAxes>& last, std::size_t axes, const Use& use) {
  std::array<std::size_t, kMostAxes> at = first;
  for (;;) {
    use(at);
    std::size_t k = axes;
    while (k > 0 && at[k - 1] == last[k - 1]) {
      at[k - 1] = first[k - 1];
      --k;
    }
    if (k == 0) return;
    ++at[k - 1];
  }
}

std::uint32_t number_of(const Term& term, const std::array<std::size_t, kMostAxes>& at) {
  std::size_t block = 0;
  for (std::size_t k = 0; k < term.starts.size(); ++k) block = block * (term.starts[k].size() - 1) + at[k];
  return static_cast<std::uint32_t>(block);
}

// The blocks of a leaf whose map takes boxes to boxes.
void add_box(const Term& term, const AxisMap& map, const Ranges& ranges, std::vector<SourceBlock>& blocks) {
  std::array<std::size_t, kMostAxes> first{}, last{};
  for (std::size_t k = 0; k < map.size(); ++k) {
    const Range read = range_read(map[k], ranges);
    first[k] = chunk_at(term.starts[k], read.begin);
    last[k] = chunk_at(term.starts[k], read.end - 1);
  }
  each_place(first, last, map.size(), [&](const auto& at) {
    blocks.push_back({term.source, number_of(term, at)});
  });
}

// The blocks of any leaf: each axis of the root is cut where the leaf goes from one chunk to another.
void add_stretches(const Term& term, const AxisMap& map, const Ranges& ranges,
                   std::vector<SourceBlock>& blocks) {
  std::vector<std::vector<std::int64_t>> begins;  // of the stretches of each axis
  for (const Range& range : ranges) begins.push_back({range.begin});
  for (std::size_t k = 0; k < map.size(); ++k) {
    if (map[k].axis < 0) continue;
    const Range read = range_read(map[k], ranges);
    const auto& starts = term.starts[k];
    auto boundary = std::upper_bound(starts.begin(), starts.end(), read.begin);
    for (; boundary != starts.end() && *boundary < read.end; ++boundary)
      begins[static_cast<std::size_t>(map[k].axis)].push_back(crossing(map[k], *boundary));
  }
  std::array<std::size_t, kMostAxes> first{}, last{};
  for (std::size_t k = 0; k < begins.size(); ++k) {
    std::sort(begins[k].begin(), begins[k].end());
    begins[k].erase(std::unique(begins[k].begin(), begins[k].end()), begins[k].end());
    last[k] = begins[k].size() - 1;
  }
  each_place(first, last, begins.size(), [&](const auto& stretch) {
    std::array<std::size_t, kMostAxes> at{};
    for (std::size_t k = 0; k < map.size(); ++k) {
      const std::size_t axis = map[k].axis < 0 ? 0 : static_cast<std::size_t>(map[k].axis);
      const std::int64_t moved = map[k].axis < 0 ? 0 : map[k].step * begins[axis][stretch[axis]];
      at[k] = chunk_at(term.starts[k], map[k].start + moved);
    }
    blocks.push_back({term.source, number_of(term, at)});
  });
}

struct BlockCollector {
  void leaf(const Term& term, const AxisMap& map, const Ranges& ranges) {
    if (term.kind != TermKind::kBlocks) return;
    if (reads_boxes(map)) {
      add_box(term, map, ranges, blocks);
    } else {
      add_stretches(term, map, ranges, blocks);
    }
  }
  void parts(const std::vector<std::int64_t>&, const AxisSource&, const Ranges&) {}
  std::vector<SourceBlock> blocks{};
};

bool is_empty(const Region& region) {
  return std::find(region.extent.begin(), region.extent.end(), 0) != region.extent.end();
}

std::vector<SourceBlock> ascending(std::vector<SourceBlock> blocks) {
  if (blocks.size() > 1) {
    std::sort(blocks.begin(), blocks.end());
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
  }
  return blocks;
}

}  // namespace

OperationCount operations_of(const Expression& expression, std::size_t most) {
  const std::vector<Term>& terms = expression.terms;
  std::vector<std::vector<AxisMap>> maps(terms.size());  // under which each term is read
  maps.back().push_back(identity_map(expression.grid.counts.size()));
  OperationCount count;
  for (std::size_t index = terms.size(); index-- > 0 && count.runs <= most;) {
    const Term& term = terms[index];
    std::vector<AxisMap> own = std::move(maps[index]);
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    if (term.kind == TermKind::kOperation) {
      ++count.operations;
      count.runs += own.size();
    }
    for (const AxisMap& map : own) {
      AxisMap inner = term.kind == TermKind::kView ? composed(term.axes, map) : map;
      for (std::size_t k = 0; k < term.operands.size(); ++k) {
        if (term.kind == TermKind::kConcatenate) {
          const auto axis = static_cast<std::size_t>(term.axis);
          inner[axis].start = map[axis].start - term.starts[0][k];
        }
        maps[term.operands[k]].push_back(inner);
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

std::vector<SourceBlock> BlockReader::blocks(const Region& region) const {
  if (!is_simple_) return blocks_of(expression_, region);
  std::vector<SourceBlock> blocks;
  if (is_empty(region)) return blocks;
  const Ranges ranges = ranges_of(region);
  for (const Read& read : reads_) add_box(expression_.terms[read.term], read.axes, ranges, blocks);
  return ascending(std::move(blocks));
}

std::vector<SourceBlock> blocks_of(const Expression& expression, const Region& region) {
  if (is_empty(region)) return {};
  BlockCollector collector;
  const ExpressionWalk walk(expression, ranges_of(region), collector);
  return ascending(std::move(collector.blocks));
}

}  // namespace bask
