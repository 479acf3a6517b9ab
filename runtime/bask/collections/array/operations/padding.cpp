#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/core/error.hpp>

#include <algorithm>

namespace bask::lazy {

namespace {

constexpr const char* kPad = "array::pad";

// One element of an axis, `count` times.
ArrayPtr repeated_element(const ArrayPtr& node, std::size_t axis, std::int64_t at, std::int64_t count) {
  std::vector<AxisSource> axes(node->ndim());
  for (std::size_t k = 0; k < axes.size(); ++k) axes[k] = {static_cast<std::int32_t>(k), 0, 1};
  axes[axis] = {-1, at, 0};
  Chunks chunks = node->chunks();
  chunks[axis] = {count};
  return view("pad", node, std::move(axes), std::move(chunks));
}

// The element, from 0 to length - 1, that an index beyond the ends stands for.
std::int64_t folded(std::int64_t index, std::int64_t length, PadMode mode) {
  if (mode == PadMode::kWrap) return ((index % length) + length) % length;
  const std::int64_t period =
      mode == PadMode::kReflect ? std::max<std::int64_t>(2 * length - 2, 1) : 2 * length;
  const std::int64_t at = ((index % period) + period) % period;
  if (at < length) return at;
  return mode == PadMode::kReflect ? period - at : period - 1 - at;
}

// The elements begin … end - 1 of the axis, continued beyond its ends, as runs of step 1 or -1.
std::vector<ArrayPtr> continued(const ArrayPtr& node, std::size_t axis, std::int64_t begin, std::int64_t end,
                                PadMode mode) {
  const std::int64_t length = node->shape()[axis];
  std::vector<ArrayPtr> runs;
  while (begin < end) {
    const std::int64_t start = folded(begin, length, mode);
    std::int64_t count = 1;
    const std::int64_t step = begin + 1 < end ? folded(begin + 1, length, mode) - start : 1;
    if (step == 1 || step == -1) {
      while (begin + count < end && folded(begin + count, length, mode) == start + step * count) ++count;
    }
    runs.push_back(slice(node, axis, start, count == 1 ? 1 : step, count));
    begin += count;
  }
  return runs;
}

// The mean, minimum or maximum of each line along the axis. Means of integers are rounded.
ArrayPtr line_value(const ArrayPtr& node, std::size_t axis, PadMode mode) {
  const Axes along(static_cast<std::int64_t>(axis));
  if (mode == PadMode::kMean) {
    const ArrayPtr mean = lazy::mean(node, along, false, quotient(node->dtype()), {.keepdims = true}, "pad");
    return cast(is_integer(node->dtype()) ? apply(Opcode::kRint, {mean}, kPad) : mean, node->dtype());
  }
  if (is_complex(node->dtype()))
    throw Error(kPad, "complex numbers have no order", "use another mode: kMean, kEdge, …");
  ReduceRules rules;
  rules.fold = mode == PadMode::kMinimum ? strips::Fold::kMinimum : strips::Fold::kMaximum;
  rules.values = rules.result = node->dtype();
  return reduce(node, along, rules, true, 8, "pad");
}

// From the end value towards the edge, as numpy.linspace without its end. `step`: 1 before the array, -1
// after.
ArrayPtr ramp(const ArrayPtr& edge, std::size_t axis, std::int64_t count, std::int64_t step,
              const ElementBytes& value) {
  const DType dtype = quotient(edge->dtype());
  Chunks chunks(edge->ndim(), AxisChunks{1});
  chunks[axis] = {count};
  const ArrayPtr end = cast(constant(edge->dtype(), value), dtype);
  const ArrayPtr rise = apply(Opcode::kSubtract, {cast(edge, dtype), end}, kPad);
  const ArrayPtr each =
      apply(Opcode::kDivide, {rise, cast(constant(static_cast<double>(count)), dtype)}, kPad);
  const ArrayPtr steps = cast(iota(chunks, axis, step > 0 ? 0 : count - 1, step), dtype);
  const ArrayPtr values = apply(Opcode::kAdd, {apply(Opcode::kMultiply, {steps, each}, kPad), end}, kPad);
  return cast(is_integer(edge->dtype()) ? apply(Opcode::kFloor, {values}, kPad) : values, edge->dtype());
}

// The array between what is computed from its lines along the axis.
std::vector<ArrayPtr> computed_sides(const ArrayPtr& node, std::size_t axis, const PadWidth& width,
                                     PadMode mode, const ElementBytes& value) {
  const std::int64_t length = node->shape()[axis];
  std::vector<ArrayPtr> parts;
  if (mode == PadMode::kLinearRamp) {
    const auto edge = [&](std::int64_t at) { return slice(node, axis, at, 1, 1); };
    if (width.before > 0) parts.push_back(ramp(edge(0), axis, width.before, 1, value));
    parts.push_back(node);
    if (width.after > 0) parts.push_back(ramp(edge(length - 1), axis, width.after, -1, value));
    return parts;
  }
  const ArrayPtr line = line_value(node, axis, mode);
  return {repeated_element(line, axis, 0, width.before), node, repeated_element(line, axis, 0, width.after)};
}

ArrayPtr pad_axis(const ArrayPtr& node, std::size_t axis, const PadWidth& width, PadMode mode,
                  const ElementBytes& value) {
  if (width.before < 0 || width.after < 0) {
    throw Error("array::pad", "a width is negative",
                "give widths of 0 or more; slice to make an array smaller");
  }
  const std::int64_t length = node->shape()[axis];
  if (width.before == 0 && width.after == 0) return node;
  std::vector<ArrayPtr> parts;
  if (mode == PadMode::kConstant) {
    const auto edge = [&](std::int64_t count) {
      Chunks chunks = node->chunks();
      chunks[axis] = {count};
      return constant(node->dtype(), value, std::move(chunks));
    };
    parts = {edge(width.before), node, edge(width.after)};
  } else if (length == 0) {
    throw Error("array::pad", "axis " + std::to_string(axis) + " is empty: there is nothing to fill it from",
                "use the mode kConstant");
  } else if (mode == PadMode::kEdge) {
    parts = {repeated_element(node, axis, 0, width.before), node,
             repeated_element(node, axis, length - 1, width.after)};
  } else if (mode >= PadMode::kMean) {
    parts = computed_sides(node, axis, width, mode, value);
  } else {
    parts = continued(node, axis, -width.before, 0, mode);
    parts.push_back(node);
    for (ArrayPtr& run : continued(node, axis, length, length + width.after, mode))
      parts.push_back(std::move(run));
  }
  std::erase_if(parts, [&](const ArrayPtr& one) { return one->shape()[axis] == 0; });
  return concatenate(std::move(parts), axis, kPad);
}

}  // namespace

ArrayPtr pad(const ArrayPtr& node, const std::vector<PadWidth>& widths, PadMode mode,
             const ElementBytes& value) {
  const UserCall call("pad");
  if (widths.size() != 1 && widths.size() != node->ndim()) {
    throw Error(kPad, std::to_string(widths.size()) + " widths are given for shape " + text_of(node->shape()),
                "give one for all axes, or one each");
  }
  ArrayPtr result = node;
  for (std::size_t axis = 0; axis < node->ndim(); ++axis) {
    PadWidth width = widths.size() == 1 ? widths[0] : widths[axis];
    if (width.first) width = {.before = *width.first, .after = width.second.value_or(*width.first)};
    result = pad_axis(result, axis, width, mode, value);
  }
  return result;
}

}  // namespace bask::lazy
