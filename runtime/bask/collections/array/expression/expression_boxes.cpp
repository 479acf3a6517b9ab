// How much of each term of an expression its root needs.
#include <bask/collections/array/expression/expression.hpp>

#include <algorithm>

namespace bask {

namespace {

// A half-open range along each axis.
struct Box {
  Shape begin, end;
  bool is_read = false;

  void add(const Box& other) {
    if (!other.is_read) return;
    if (!is_read) {
      *this = other;
      return;
    }
    for (std::size_t k = 0; k < begin.size(); ++k) {
      begin[k] = std::min(begin[k], other.begin[k]);
      end[k] = std::max(end[k], other.end[k]);
    }
  }
};

Box seen_through(const std::vector<AxisSource>& axes, const Box& box) {
  Box inner{Shape(axes.size()), Shape(axes.size()), true};
  for (std::size_t k = 0; k < axes.size(); ++k) {
    std::int64_t low = axes[k].start, high = axes[k].start;
    if (axes[k].axis >= 0) {
      const auto axis = static_cast<std::size_t>(axes[k].axis);
      low += axes[k].step * box.begin[axis];
      high += axes[k].step * (box.end[axis] - 1);
    }
    inner.begin[k] = std::min(low, high);
    inner.end[k] = std::max(low, high) + 1;
  }
  return inner;
}

// The box in the operand that lies from `first` to `last` along the axis of a concatenation.
Box within_part(const Box& box, std::size_t axis, std::int64_t first, std::int64_t last) {
  Box inner = box;
  inner.begin[axis] = std::max(box.begin[axis], first) - first;
  inner.end[axis] = std::min(box.end[axis], last) - first;
  inner.is_read = inner.begin[axis] < inner.end[axis];
  return inner;
}

}  // namespace

std::vector<Region> boxes_read(const Expression& expression) {
  const std::vector<Term>& terms = expression.terms;
  std::vector<Region> regions(terms.size());
  std::vector<Box> boxes(terms.size());
  const Shape shape = shape_of(expression.chunks);
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return regions;
  boxes.back() = {Shape(shape.size(), 0), shape, true};
  for (std::size_t index = terms.size(); index-- > 0;) {
    const Term& term = terms[index];
    const Box& box = boxes[index];
    if (!box.is_read) continue;
    for (std::size_t k = 0; k < box.begin.size(); ++k) {
      regions[index].start.push_back(box.begin[k]);
      regions[index].extent.push_back(box.end[k] - box.begin[k]);
    }
    for (std::size_t k = 0; k < term.operands.size(); ++k) {
      Box& operand = boxes[term.operands[k]];
      if (term.kind == TermKind::kView) {
        operand.add(seen_through(term.axes, box));
      } else if (term.kind == TermKind::kConcatenate) {
        operand.add(
            within_part(box, static_cast<std::size_t>(term.axis), term.starts[0][k], term.starts[0][k + 1]));
      } else {
        operand.add(box);
      }
    }
  }
  return regions;
}

}  // namespace bask
