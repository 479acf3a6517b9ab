// Each element gets the number of its box; each block sums the weights of every box.
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/histograms.hpp>
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/searching.hpp>
#include <bask/core/error.hpp>

#include <algorithm>

namespace bask {

namespace {

// Boxes beyond the last are left out. `size`: a number for each box.
NdArray<double> sums_of_boxes(NdView<const std::int64_t> box, NdView<const double> weights,
                              NdView<const std::int64_t> boxes, const BlockInfo& info) {
  Shape shape(info.blocks.size(), 1);
  shape.back() = boxes();
  NdArray<double> sums(shape);
  const bool is_one = weights.size() == 1;
  for (std::int64_t i = 0; i < box.size(); ++i) {
    if (box.data[i] < boxes()) sums[static_cast<std::size_t>(box.data[i])] += weights.data[is_one ? 0 : i];
  }
  return sums;
}

ArrayPtr sum_of_boxes(const ArrayPtr& box, const ArrayPtr& weights, std::int64_t boxes) {
  const auto last = static_cast<std::int64_t>(box->ndim());
  lazy::PlannedBlocks planned = lazy::plan_map_blocks({box}, {.new_axis = {last}});
  BlockMapping& mapping = planned.mapping;
  mapping.out = {};
  for (const AxisChunks& axis : box->chunks()) mapping.out.emplace_back(axis.size(), 1);
  mapping.out.push_back({boxes});
  BlockOperand of_weights = mapping.operands[0];
  if (weights->ndim() == 0) of_weights = {};
  mapping.operands.push_back(std::move(of_weights));
  mapping.operands.push_back({});
  planned.nodes.push_back(weights);
  planned.nodes.push_back(lazy::constant(boxes));
  const Array<double> sums = blocks::over<FunctionCallee<&sums_of_boxes>, std::int64_t, double, std::int64_t>(
      std::move(planned), "histogram");
  if (last == 0) return sums.node();
  std::vector<std::int64_t> axes;
  for (std::int64_t k = 0; k < last; ++k) axes.push_back(k);
  ReduceRules rules;
  return lazy::reduce(sums.node(), axes, rules, false, 8, "histogram");
}

void check_edges(const std::vector<double>& edges, const char* where) {
  const bool has_nan = std::any_of(edges.begin(), edges.end(), [](double edge) { return edge != edge; });
  if (edges.size() >= 2 && !has_nan && std::is_sorted(edges.begin(), edges.end()) &&
      edges.front() < edges.back())
    return;
  throw Error(where, std::to_string(edges.size()) + " edges that do not ascend are given",
              "give two ascending edges at least");
}

// The number of the bin of each element; that of the bins for elements beyond them. The last bin has both
// edges.
ArrayPtr bin_of_each(const ArrayPtr& node, const std::vector<double>& edges, const char* where) {
  const auto bins = static_cast<std::int64_t>(edges.size()) - 1;
  const ArrayPtr values = lazy::cast(node, DType::kFloat64);
  const ArrayPtr place = lazy::searchsorted(
      values, DType::kFloat64, reinterpret_cast<const std::byte*>(edges.data()), edges.size(), Side::kRight);
  const ArrayPtr bin = lazy::apply(Opcode::kSubtract, {place, lazy::constant(std::int64_t{1})}, where);
  const ArrayPtr before = lazy::apply(Opcode::kLess, {bin, lazy::constant(std::int64_t{0})}, where);
  const ArrayPtr at_end = lazy::apply(Opcode::kEqual, {values, lazy::constant(edges.back())}, where);
  const ArrayPtr inside = lazy::apply(Opcode::kWhere, {before, lazy::constant(bins), bin}, where);
  return lazy::apply(Opcode::kWhere, {at_end, lazy::constant(bins - 1), inside}, where);
}

// The number of the box in C order; that of all boxes for elements that lie in none.
ArrayPtr box_of_each(const std::vector<ArrayPtr>& sample, const std::vector<std::vector<double>>& edges,
                     std::int64_t boxes, const char* where) {
  ArrayPtr box = bin_of_each(sample[0], edges[0], where);
  auto so_far = static_cast<std::int64_t>(edges[0].size()) - 1;
  for (std::size_t k = 1; k < sample.size(); ++k) {
    const auto bins = static_cast<std::int64_t>(edges[k].size()) - 1;
    const ArrayPtr bin = bin_of_each(sample[k], edges[k], where);
    const ArrayPtr beyond =
        lazy::apply(Opcode::kLogicalOr,
                    {lazy::apply(Opcode::kGreaterEqual, {box, lazy::constant(so_far)}, where),
                     lazy::apply(Opcode::kGreaterEqual, {bin, lazy::constant(bins)}, where)},
                    where);
    const ArrayPtr both = lazy::apply(
        Opcode::kAdd, {lazy::apply(Opcode::kMultiply, {box, lazy::constant(bins)}, where), bin}, where);
    box = lazy::apply(Opcode::kWhere, {beyond, lazy::constant(boxes), both}, where);
    so_far *= bins;
  }
  return box;
}

// Divided by the sum and by the widths along each axis.
ArrayPtr density_of(ArrayPtr counts, const std::vector<std::vector<double>>& edges, const char* where) {
  const ArrayPtr sum = lazy::reduce(counts, {}, ReduceRules(), true, 8, "histogram");
  for (std::size_t k = 0; k < edges.size(); ++k) {
    Shape shape(edges.size(), 1);
    std::vector<double> widths;
    for (std::size_t i = 1; i < edges[k].size(); ++i) widths.push_back(edges[k][i] - edges[k][i - 1]);
    shape[k] = static_cast<std::int64_t>(widths.size());
    Chunks chunks;
    for (const std::int64_t extent : shape) chunks.push_back({extent});
    const ArrayPtr all =
        lazy::from_memory(DType::kFloat64, reinterpret_cast<const std::byte*>(widths.data()), shape, chunks);
    counts = lazy::apply(Opcode::kDivide, {counts, all}, where);
  }
  return lazy::apply(Opcode::kDivide, {counts, sum}, where);
}

}  // namespace

namespace lazy {

ArrayPtr histogram_of(const std::vector<ArrayPtr>& sample, const std::vector<std::vector<double>>& edges,
                      const HistogramOptions& options, const char* where) {
  const UserCall call(std::string_view(where).substr(std::string_view("array::").size()));
  if (sample.empty()) throw Error(where, "there are no coordinates", "give one array at least");
  std::int64_t boxes = 1;
  Shape shape;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    check_edges(edges[k], where);
    shape.push_back(static_cast<std::int64_t>(edges[k].size()) - 1);
    boxes *= shape.back();
    if (has_unknown(sample[k]->shape()))
      throw Error(where, "a shape is not known before it is computed", "call compute_chunk_sizes() first");
    if (sample[k]->shape() == sample[0]->shape()) continue;
    throw Error(where,
                "coordinates of shapes " + text_of(sample[0]->shape()) + " and " +
                    text_of(sample[k]->shape()) + " are given",
                "give as many of each");
  }
  const ArrayPtr box = box_of_each(sample, edges, boxes, where);
  ArrayPtr weights = options.weights.node();
  weights = weights == nullptr ? constant(1.0) : broadcast_to(weights, box->shape(), where);
  ArrayPtr counts = sum_of_boxes(box, weights, boxes);
  if (shape.size() > 1) counts = reshape(counts, shape);
  return options.density ? density_of(std::move(counts), edges, where) : counts;
}

}  // namespace lazy

}  // namespace bask
