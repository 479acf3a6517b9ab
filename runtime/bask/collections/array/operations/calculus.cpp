#include <bask/collections/array/calculus.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/operations/block_mapping.hpp>
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/operations/reduce_sinks.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace bask {

namespace {

std::int64_t known_length(const ArrayPtr& node, std::size_t axis, std::string_view where) {
  if (node->shape()[axis] != kUnknown) return node->shape()[axis];
  throw Error(std::string(where), "the shape is not known before it is computed",
              "call compute_chunk_sizes() first");
}

// Elements begin … begin + count - 1 of an axis.
struct Part {
  const ArrayPtr& node;
  std::size_t axis;
  ArrayPtr operator()(std::int64_t begin, std::int64_t count) const {
    return lazy::slice(node, axis, begin, 1, count);
  }
};

constexpr std::string_view kGradient = "array::gradient";

// The factors of three consecutive elements in the derivative at one point.
struct Weights {
  double a, b, c;
};
// dx, dy: the distance from the first to the second, and from the second to the third.
Weights inside(double dx, double dy) {
  return {-dy / (dx * (dx + dy)), (dy - dx) / (dx * dy), dx / (dy * (dx + dy))};
}
Weights at_begin(double dx, double dy) {
  return {-(2 * dx + dy) / (dx * (dx + dy)), (dx + dy) / (dx * dy), -dx / (dy * (dx + dy))};
}
Weights at_end(double dx, double dy) {
  return {dy / (dx * (dx + dy)), -(dx + dy) / (dx * dy), (2 * dy + dx) / (dy * (dx + dy))};
}

ArrayPtr times(const ArrayPtr& node, const ArrayPtr& factor) {
  return lazy::apply(Opcode::kMultiply, {node, factor}, kGradient);
}
ArrayPtr plus(const ArrayPtr& a, const ArrayPtr& b) {
  return lazy::apply(Opcode::kAdd, {a, b}, kGradient);
}

// One number for each position along an axis of `like`.
ArrayPtr along(const std::vector<double>& values, const ArrayPtr& like, std::size_t axis) {
  Shape shape(like->ndim(), 1);
  shape[axis] = static_cast<std::int64_t>(values.size());
  Chunks chunks;
  for (const std::int64_t extent : shape) chunks.push_back({extent});
  return lazy::from_memory(DType::kFloat64, reinterpret_cast<const std::byte*>(values.data()), shape, chunks);
}

// The derivative at one end, from the elements next to it.
ArrayPtr end_derivative(const ArrayPtr& node, std::size_t axis, const std::vector<double>& distances,
                        int edge_order, bool at_the_end) {
  const Part part{node, axis};
  const std::int64_t length = node->shape()[axis], first = at_the_end ? length - edge_order - 1 : 0;
  const std::size_t near = at_the_end ? distances.size() - static_cast<std::size_t>(edge_order) : 0;
  if (edge_order == 1) {
    const ArrayPtr difference =
        lazy::apply(Opcode::kSubtract, {part(first + 1, 1), part(first, 1)}, kGradient);
    return lazy::apply(Opcode::kDivide, {difference, lazy::constant(distances[near])}, kGradient);
  }
  const auto [a, b, c] = (at_the_end ? at_end : at_begin)(distances[near], distances[near + 1]);
  return plus(plus(times(part(first, 1), lazy::constant(a)), times(part(first + 1, 1), lazy::constant(b))),
              times(part(first + 2, 1), lazy::constant(c)));
}

ArrayPtr inner_derivative(const ArrayPtr& node, std::size_t axis, const std::vector<double>& distances,
                          bool uniform) {
  const Part part{node, axis};
  const std::int64_t inner = node->shape()[axis] - 2;
  if (uniform) {
    const ArrayPtr difference = lazy::apply(Opcode::kSubtract, {part(2, inner), part(0, inner)}, kGradient);
    return lazy::apply(Opcode::kDivide, {difference, lazy::constant(2 * distances[0])}, kGradient);
  }
  std::array<std::vector<double>, 3> weights;
  for (std::size_t k = 0; k + 1 < distances.size(); ++k) {
    const auto [a, b, c] = inside(distances[k], distances[k + 1]);
    weights[0].push_back(a);
    weights[1].push_back(b);
    weights[2].push_back(c);
  }
  return plus(plus(times(part(0, inner), along(weights[0], node, axis)),
                   times(part(1, inner), along(weights[1], node, axis))),
              times(part(2, inner), along(weights[2], node, axis)));
}

std::vector<double> distances_of(const Spacing& spacing, std::int64_t length, std::string_view where) {
  const std::vector<double>& x = spacing.coordinates();
  if (x.empty()) return std::vector<double>(static_cast<std::size_t>(length - 1), spacing.step());
  if (static_cast<std::int64_t>(x.size()) != length) {
    throw Error(
        std::string(where),
        std::to_string(x.size()) + " coordinates are given for an axis of length " + std::to_string(length),
        "give one for each element, or one distance");
  }
  std::vector<double> distances;
  for (std::size_t k = 0; k + 1 < x.size(); ++k) distances.push_back(x[k + 1] - x[k]);
  return distances;
}

// Coarsening.

struct Coarsening {
  BlockMapping mapping{};
  Shape factors{};  // per axis
  strips::Fold fold = strips::Fold::kSum;
  bool divides = false;
  DType result = DType::kFloat64;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    auto fold_number = static_cast<std::uint8_t>(fold), dtype_number = static_cast<std::uint8_t>(result);
    archive& mapping& factors& fold_number& divides& dtype_number;
    if constexpr (Archive::is_loading::value) {  // other threads read what is being written
      fold = static_cast<strips::Fold>(fold_number);
      result = static_cast<DType>(dtype_number);
    }
  }
};

// Makes one element of every `factor` elements: gathers a strip of all first ones, folds the second ones into
// it, and so on.
void fold_neighbours(strips::Fold fold, DType dtype, std::int64_t count, std::int64_t factor,
                     const std::byte* from, std::byte* to) {
  constexpr std::int64_t kStrip = 512, kShort = 16;
  const std::size_t element = size_of(dtype);
  if (factor > kShort) {
    const auto fold_strip = strips::fold_strip(fold, dtype);
    for (std::int64_t i = 0; i < count;
         ++i, to += element, from += static_cast<std::size_t>(factor) * element)
      fold_strip(static_cast<std::size_t>(factor), from, to);
    return;
  }
  const auto fold_rows = strips::fold_rows(fold, dtype);
  alignas(64) std::byte others[kStrip * sizeof(ElementBytes)];
  for (std::int64_t first = 0; first < count; first += kStrip) {
    const auto length = static_cast<std::size_t>(std::min(kStrip, count - first));
    strips::gather(length, element, to, from, factor);
    for (std::int64_t k = 1; k < factor; ++k) {
      strips::gather(length, element, others, from + static_cast<std::size_t>(k) * element, factor);
      fold_rows(length, others, to);
    }
    to += length * element;
    from += length * static_cast<std::size_t>(factor) * element;
  }
}

// Makes one row of every `factor` rows of `inner` elements. The first axes go first: there rows are long.
Block folded(DType dtype, const std::byte* from, Shape shape, std::size_t axis, std::int64_t factor,
             strips::Fold fold) {
  shape[axis] /= factor;
  Block out(dtype, shape);
  const auto inner = static_cast<std::size_t>(element_count(std::span(shape).subspan(axis + 1)));
  if (inner == 1) {
    fold_neighbours(fold, dtype, out.count(), factor, from, out.elements());
    return out;
  }
  const std::size_t row = inner * out.element_bytes();
  const std::int64_t rows = inner == 0 ? 0 : out.count() / static_cast<std::int64_t>(inner);
  const auto fold_rows = strips::fold_rows(fold, dtype);
  std::byte* to = out.elements();
  for (std::int64_t i = 0; i < rows; ++i, to += row) {
    std::memcpy(to, from, row);
    from += row;
    for (std::int64_t k = 1; k < factor; ++k, from += row) fold_rows(inner, from, to);
  }
  return out;
}

Block coarsen_block(const BlockCall<Coarsening>& call) {
  const Coarsening& how = call.description();
  const OperandBlocks operands(how.mapping, call.task(), call.call);
  Shape shape = how.mapping.region(0, call.task()).extent;
  const DType values = how.mapping.operands[0].expression.root().dtype;
  Block block;
  const std::byte* from = operands.elements(0);
  double count = 1;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (how.factors[k] == 1) continue;
    block = folded(values, from, shape, k, how.factors[k], how.fold);
    from = block.elements();
    shape[k] /= how.factors[k];
    count *= static_cast<double>(how.factors[k]);
  }
  ReduceRules rules;
  rules.values = values;
  rules.result = how.result;
  rules.finish = how.divides ? Finish::kDivide : Finish::kNone;
  rules.divisor = count;
  Block result(how.result, shape);
  ReduceSink::finish(rules, result.count(), from, result.elements());
  return result;
}

}  // namespace

namespace lazy {

ArrayPtr diff(const ArrayPtr& node, std::int64_t n, std::int64_t axis) {
  constexpr std::string_view kWhere = "array::diff";
  const std::size_t number = normal_axis(axis, node->shape(), kWhere);
  if (n < 0)
    throw Error(std::string(kWhere), "differences cannot be taken " + std::to_string(n) + " times",
                "use 0 or more");
  const UserCall call("diff");
  ArrayPtr result = node;
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t length = known_length(result, number, kWhere);
    const Part part{result, number};
    if (length == 0) return result;
    const bool is_bool = node->dtype() == DType::kBool;
    result = apply(is_bool ? Opcode::kNotEqual : Opcode::kSubtract,
                   {part(1, length - 1), part(0, length - 1)}, kWhere);
  }
  return result;
}

ArrayPtr gradient(const ArrayPtr& node, const Spacing& spacing, std::int64_t axis, int edge_order) {
  const std::string where(kGradient);
  const std::size_t number = normal_axis(axis, node->shape(), where);
  const std::int64_t length = known_length(node, number, where);
  if (edge_order != 1 && edge_order != 2)
    throw Error(where, "edge_order is " + std::to_string(edge_order), "use 1 or 2");
  if (length <= edge_order) {
    throw Error(where,
                "axis " + std::to_string(number) + " of shape " + text_of(node->shape()) + " is too short",
                "use an axis of " + std::to_string(edge_order + 1) + " or more elements");
  }
  const std::vector<double> distances = distances_of(spacing, length, where);
  const bool uniform = std::all_of(distances.begin(), distances.end(),
                                   [&](double distance) { return distance == distances[0]; });
  const UserCall call("gradient");
  std::vector<ArrayPtr> parts;
  parts.reserve(3);
  parts.push_back(end_derivative(node, number, distances, edge_order, false));
  if (length > 2) parts.push_back(inner_derivative(node, number, distances, uniform));
  parts.push_back(end_derivative(node, number, distances, edge_order, true));
  for (ArrayPtr& part : parts) part = cast(part, node->dtype());
  return rechunk(concatenate(std::move(parts), number, where), node->chunks());
}

ArrayPtr trapz(const ArrayPtr& node, const Spacing& spacing, std::int64_t axis, DType result) {
  constexpr std::string_view kWhere = "array::trapz";
  const std::size_t number = normal_axis(axis, node->shape(), kWhere);
  const std::int64_t length = known_length(node, number, kWhere);
  const UserCall call("trapz");
  const Part part{node, number};
  const std::int64_t between = std::max<std::int64_t>(0, length - 1);
  const ArrayPtr sums =
      cast(apply(Opcode::kAdd, {part(length - between, between), part(0, between)}, kWhere), result);
  const ArrayPtr widths = spacing.coordinates().empty() || between == 0
                              ? constant(spacing.step())
                              : along(distances_of(spacing, length, kWhere), node, number);
  const ArrayPtr doubled = apply(Opcode::kMultiply, {widths, sums}, kWhere);
  ReduceRules rules;
  rules.values = rules.result = result;
  return reduce(apply(Opcode::kDivide, {doubled, constant(2.0)}, kWhere), Axes(axis), rules, false, 8,
                "trapz");
}

std::vector<std::size_t> gradient_axes(const Axes& axes, const Shape& shape) {
  std::vector<std::size_t> along = normal_axes(axes.list(), shape, kGradient);  // ascending, and none twice
  for (std::size_t k = 0; k < axes.list().size(); ++k)
    along[k] = normal_axis(axes.list()[k], shape, kGradient);
  return along;
}

std::vector<Spacing> spacings_for(std::size_t axes, std::vector<Spacing> spacings) {
  if (spacings.size() == 1) spacings.assign(axes, Spacing(spacings[0]));
  if (spacings.size() == axes) return spacings;
  throw Error(std::string(kGradient),
              std::to_string(spacings.size()) + " spacings are given for " + std::to_string(axes) + " axes",
              "give one for all axes, or one each");
}

ArrayPtr coarsen(const ArrayPtr& node, const std::vector<CoarsenAxis>& axes, Coarsen how, DType values,
                 DType result, bool trim_excess) {
  const std::string where = "array::coarsen";
  Coarsening coarsening;
  coarsening.factors.assign(node->ndim(), 1);
  coarsening.fold = how == Coarsen::kMin   ? strips::Fold::kMinimum
                    : how == Coarsen::kMax ? strips::Fold::kMaximum
                                           : strips::Fold::kSum;
  coarsening.divides = how == Coarsen::kMean;
  coarsening.result = result;
  PlannedBlocks planned = plan_map_blocks({cast(node, values)}, {});
  std::vector<std::int64_t> named;
  for (const CoarsenAxis& one : axes) named.push_back(one.axis);
  if (!named.empty()) normal_axes(named, node->shape(), where);  // none twice
  for (const auto& [axis, factor] : axes) {
    const std::size_t number = normal_axis(axis, node->shape(), where);
    const std::int64_t length = known_length(node, number, where);
    if (factor < 1) throw Error(where, "a factor is " + std::to_string(factor), "use factors of 1 or more");
    if (length % factor != 0 && !trim_excess) {
      throw Error(where,
                  "axis " + std::to_string(number) + " of shape " + text_of(node->shape()) +
                      " is no multiple of " + std::to_string(factor),
                  "choose another factor, or leave the rest out: trim_excess");
    }
    coarsening.factors[number] = factor;
    AxisChunks out, cut;
    std::int64_t end = 0, begin = 0;  // begin: in boxes
    for (const std::int64_t chunk : node->chunks()[number]) {
      end += chunk;
      if (end / factor > begin) out.push_back(end / factor - begin);
      begin = end / factor;
    }
    if (out.empty()) out.push_back(0);
    for (const std::int64_t chunk : out) cut.push_back(chunk * factor);
    planned.mapping.cut[number] = std::move(cut);
    planned.mapping.out[number] = std::move(out);
  }
  const AddTasks add = [coarsening](std::string name, const BlockMapping& mapping,
                                    std::vector<BlockRefs> sources, BlockReads reads) {
    Coarsening description = coarsening;
    description.mapping = mapping;
    return BlockTasks<coarsen_block>::add(std::move(name), description, std::move(sources), std::move(reads));
  };
  const ReadPart read_part = [](const void* work, std::uint32_t task, const SourceBlock& block) {
    return part_of_operand(&static_cast<const Coarsening*>(work)->mapping, task, block);
  };
  return map_blocks(std::move(planned), "coarsen", result, add, read_part);
}

}  // namespace lazy

}  // namespace bask
