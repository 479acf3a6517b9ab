// expression_walk.hpp: which leaves of an expression a region reads, and where.
// Runs on: every rank. Threads: each walk belongs to one.
// Cost: grows with the terms that the region reads, not with all terms.
#pragma once

#include <bask/collections/array/expression/axis_map.hpp>
#include <bask/core/key.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

namespace bask {

/// Indices from begin to end - 1.
struct Range {
  std::int64_t begin, end;
};
/// Ranges of the root's indices, along each of its axes; none is empty.
using Ranges = std::vector<Range>;

/// The first root index from which on `source` is at or past the boundary, in the direction of its step.
std::int64_t crossing(const AxisSource& source, std::int64_t boundary);
/// The indices that `source` reads while the root's indices are in `ranges`.
Range range_read(const AxisSource& source, const Ranges& ranges);

/// Goes down from the root to blocks and random numbers. Calls visitor.leaf(term, map, ranges) at least once
/// for each, and visitor.parts(starts, source, ranges) for each concatenation on the way.
template <class Visitor>
class ExpressionWalk {
 public:
  ExpressionWalk(const Expression& expression, const Ranges& ranges, Visitor& visitor)
      : terms_(expression.terms), visitor_(visitor) {
    visit(static_cast<std::uint32_t>(terms_.size() - 1), identity_map(ranges.size()), ranges);
  }

 private:
  struct HashOfPlace {
    std::size_t operator()(const std::vector<std::int64_t>& place) const {
      return std::hash<Key>()(hash_bytes(std::as_bytes(std::span(place))));
    }
  };

  void visit(std::uint32_t index, const AxisMap& map, const Ranges& ranges) {
    const Term& term = terms_[index];
    switch (term.kind) {
      case TermKind::kConstant:
      case TermKind::kIota:
        return;
      case TermKind::kBlocks:
      case TermKind::kRandom:
        return visitor_.leaf(term, map, ranges);
      case TermKind::kView:
        return visit(term.operands[0], composed(term.axes, map), ranges);
      default:
        // A term with several operands may be reached in very many ways: it is visited once for each place.
        if (term.operands.size() > 1 && !seen_.insert(place_of(index, map, ranges)).second) return;
        if (term.kind == TermKind::kConcatenate) return visit_parts(term, map, ranges);
        for (const std::uint32_t operand : term.operands) visit(operand, map, ranges);
    }
  }

  void visit_parts(const Term& term, const AxisMap& map, const Ranges& ranges) {
    const auto axis = static_cast<std::size_t>(term.axis);
    const std::vector<std::int64_t>& starts = term.starts[0];
    const AxisSource& along = map[axis];
    visitor_.parts(starts, along, ranges);
    const Range read = range_read(along, ranges);
    const std::size_t last = chunk_at(starts, read.end - 1);
    for (std::size_t part = chunk_at(starts, read.begin); part <= last; ++part) {
      Ranges within = ranges;
      if (along.axis >= 0) {
        Range& range = within[static_cast<std::size_t>(along.axis)];
        const std::int64_t from = crossing(along, along.step > 0 ? starts[part] : starts[part + 1]);
        const std::int64_t to = crossing(along, along.step > 0 ? starts[part + 1] : starts[part]);
        range = {std::max(range.begin, from), std::min(range.end, to)};
        if (range.begin >= range.end) continue;
      }
      AxisMap inner = map;
      inner[axis].start -= starts[part];
      visit(term.operands[part], inner, within);
    }
  }

  static std::vector<std::int64_t> place_of(std::uint32_t term, const AxisMap& map, const Ranges& ranges) {
    std::vector<std::int64_t> place{term};
    for (const AxisSource& source : map) place.insert(place.end(), {source.axis, source.start, source.step});
    for (const Range& range : ranges) place.insert(place.end(), {range.begin, range.end});
    return place;
  }

  const std::vector<Term>& terms_;
  Visitor& visitor_;
  std::unordered_set<std::vector<std::int64_t>, HashOfPlace> seen_;
};

inline Ranges ranges_of(const Region& region) {
  Ranges ranges;
  for (std::size_t k = 0; k < region.start.size(); ++k) {
    ranges.push_back({region.start[k], region.start[k] + region.extent[k]});
  }
  return ranges;
}

}  // namespace bask
