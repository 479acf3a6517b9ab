#include <bask/collections/array/expression/array_reads.hpp>
#include <bask/collections/array/expression/axis_map.hpp>

#include <algorithm>
#include <utility>

namespace bask {

namespace {

constexpr std::size_t kMostWays = 64;

// A term's indices as functions of the root's, while the root's lie in a box.
struct TermRead {
  AxisMap map;
  Ranges within;
  bool operator==(const TermRead& other) const {
    const auto equal = [](const Range& a, const Range& b) { return a.begin == b.begin && a.end == b.end; };
    return map == other.map &&
           std::equal(within.begin(), within.end(), other.within.begin(), other.within.end(), equal);
  }
};

// How one part of a concatenation is read; false when it is not.
bool enter_part(const Term& term, std::size_t part, TermRead& read) {
  const std::int64_t begin = term.starts[0][part], end = term.starts[0][part + 1];
  AxisSource& along = read.map[static_cast<std::size_t>(term.axis)];
  if (along.axis < 0) {
    if (along.start < begin || along.start >= end) return false;
  } else {
    Range& range = read.within[static_cast<std::size_t>(along.axis)];
    range.begin = std::max(range.begin, crossing(along, along.step > 0 ? begin : end));
    range.end = std::min(range.end, crossing(along, along.step > 0 ? end : begin));
    if (range.begin >= range.end) return false;
  }
  along.start -= begin;
  return true;
}

// All ways in which each term is read; nothing when there are too many.
std::vector<std::vector<TermRead>> reads_of_terms(const Expression& expression) {
  const std::vector<Term>& terms = expression.terms;
  std::vector<std::vector<TermRead>> reads(terms.size());
  const std::size_t axes = expression.chunks.size();
  const Shape shape = shape_of(expression.chunks);
  reads.back().push_back({identity_map(axes), ranges_of({Shape(axes, 0), shape})});
  for (std::size_t index = terms.size(); index-- > 0;) {
    const Term& term = terms[index];
    for (const TermRead& read : reads[index]) {
      for (std::size_t k = 0; k < term.operands.size(); ++k) {
        TermRead inner = read;
        if (term.kind == TermKind::kView) inner.map = composed(term.axes, read.map);
        if (term.kind == TermKind::kConcatenate && !enter_part(term, k, inner)) continue;
        std::vector<TermRead>& of_operand = reads[term.operands[k]];
        if (std::find(of_operand.begin(), of_operand.end(), inner) != of_operand.end()) continue;
        if (of_operand.size() == kMostWays) return {};
        of_operand.push_back(std::move(inner));
      }
    }
  }
  return reads;
}

// What tasks at place `chunk` along the root's axis read along an axis of the term.
void add_range(const Expression& expression, const TermRead& read, const AxisSource& source,
               std::int64_t first, AxisReads& reads) {
  if (source.axis < 0) {
    reads.at_places.resize(1);
    reads.at_places[0].push_back({source.start - first, source.start - first + 1});
    return;
  }
  const auto axis = static_cast<std::size_t>(source.axis);
  const std::vector<std::int64_t>& starts = expression.grid.starts[axis];
  reads.at_places.resize(starts.size() - 1);
  Ranges root = read.within;
  for (std::size_t chunk = 0; chunk + 1 < starts.size(); ++chunk) {
    root[axis] = {std::max(read.within[axis].begin, starts[chunk]),
                  std::min(read.within[axis].end, starts[chunk + 1])};
    if (root[axis].begin >= root[axis].end) continue;
    const Range range = range_read(source, root);
    reads.at_places[chunk].push_back({range.begin - first, range.end - first});
  }
}

double tasks_each(const Expression& expression, const AxisMap& map) {
  double tasks = 1;
  for (std::size_t axis = 0; axis < expression.chunks.size(); ++axis) {
    const bool is_read = std::any_of(map.begin(), map.end(), [&](const AxisSource& source) {
      return source.axis == static_cast<std::int64_t>(axis);
    });
    if (!is_read) tasks *= static_cast<double>(expression.chunks[axis].size());
  }
  return tasks;
}

bool differ_in_start_only(const AxisMap& a, const AxisMap& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const AxisSource& x, const AxisSource& y) {
    return x.axis == y.axis && x.step == y.step;
  });
}

// Reads that differ in their start only, as those of a stencil, overlap: they are ranges of one box.
std::vector<ArrayReads> boxes_of(const Expression& expression, const Term& term,
                                 const std::vector<TermRead>& reads) {
  std::vector<ArrayReads> boxes;
  std::vector<const AxisMap*> maps;
  for (const TermRead& read : reads) {
    const auto alike = std::find_if(maps.begin(), maps.end(),
                                    [&](const AxisMap* map) { return differ_in_start_only(*map, read.map); });
    const auto at = static_cast<std::size_t>(alike - maps.begin());
    if (alike == maps.end()) {
      maps.push_back(&read.map);
      boxes.push_back({std::vector<AxisReads>(read.map.size()), tasks_each(expression, read.map)});
    }
    for (std::size_t axis = 0; axis < read.map.size(); ++axis)
      add_range(expression, read, read.map[axis], term.starts[axis].front(), boxes[at].axes[axis]);
  }
  for (ArrayReads& box : boxes) {
    for (AxisReads& axis : box.axes) {
      for (std::vector<Range>& ranges : axis.at_places) {
        std::sort(ranges.begin(), ranges.end(),
                  [](const Range& a, const Range& b) { return a.begin < b.begin; });
      }
    }
  }
  return boxes;
}

}  // namespace

std::vector<std::vector<ArrayReads>> array_reads(const Expression& expression,
                                                 const std::vector<std::uint32_t>& wanted) {
  std::vector<std::vector<ArrayReads>> all(wanted.size());
  const std::vector<std::vector<TermRead>> reads = reads_of_terms(expression);
  for (std::size_t k = 0; k < wanted.size() && !reads.empty(); ++k)
    all[k] = boxes_of(expression, expression.terms[wanted[k]], reads[wanted[k]]);
  return all;
}

}  // namespace bask
