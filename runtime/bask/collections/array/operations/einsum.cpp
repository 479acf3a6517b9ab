// einsum: each operand has a label for each of its axes. Operands are multiplied two at a time; labels that
// no later operand and not the result has are summed over as soon as that can be done.
#include <bask/collections/array/einsum.hpp>
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

namespace bask {

namespace {

constexpr const char* kEinsum = "array::einsum";

// A letter, or kEllipsisLabel + the number of an axis of "...", counted from the last one.
using Label = int;
using Labels = std::vector<Label>;
constexpr Label kEllipsisLabel = 256;

bool has_label(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}
std::int64_t place_of(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) - labels.begin();
}

[[noreturn]] void refuse_subscripts(std::string_view text, const std::string& what) {
  throw Error(kEinsum, "the subscripts \"" + std::string(text) + "\" " + what,
              "write a letter for each axis, as in \"ij,jk->ik\", \"ii->i\", \"...ij->...ji\"");
}

// An array and a label for each of its axes.
struct Labelled {
  ArrayPtr node;
  Labels labels;
};

class Subscripts {
 public:
  Subscripts(std::string_view text, const std::vector<ArrayPtr>& operands) : text_(text) {
    std::string plain;
    for (const char letter : text) {
      if (letter != ' ') plain += letter;
    }
    const std::size_t arrow = plain.find("->");
    std::string_view inputs = std::string_view(plain).substr(0, arrow);
    for (const ArrayPtr& operand : operands) {
      if (inputs_.size() > 0) {
        if (inputs.empty()) refuse_subscripts(text, "name fewer arrays than are given");
        inputs.remove_prefix(1);
      }
      const std::string_view one = inputs.substr(0, inputs.find(','));
      inputs_.push_back(labels_of(one, operand));
      inputs.remove_prefix(one.size());
    }
    if (!inputs.empty()) refuse_subscripts(text, "name more arrays than are given");
    if (arrow == std::string::npos) {
      implied_output();
    } else {
      output_ = explicit_output(std::string_view(plain).substr(arrow + 2));
    }
  }

  const std::vector<Labels>& inputs() const { return inputs_; }
  const Labels& output() const { return output_; }

 private:
  // Labels of the ellipsis: those of the first axes have the greatest numbers, so the last ones are aligned.
  static void add_ellipsis(Labels& labels, int axes) {
    for (int k = axes; k-- > 0;) labels.push_back(kEllipsisLabel + k);
  }
  Labels read(std::string_view part, int ellipsis_axes, bool& has_ellipsis) const {
    Labels labels;
    has_ellipsis = false;
    for (std::size_t k = 0; k < part.size(); ++k) {
      if (part.substr(k, 3) == "..." && !has_ellipsis) {
        has_ellipsis = true;
        add_ellipsis(labels, ellipsis_axes);
        k += 2;
      } else if (std::isalpha(static_cast<unsigned char>(part[k])) != 0) {
        labels.push_back(part[k]);
      } else {
        refuse_subscripts(text_, std::string("have a '") + part[k] + "' that is no index");
      }
    }
    return labels;
  }
  Labels labels_of(std::string_view part, const ArrayPtr& operand) {
    bool has_ellipsis = false;
    const std::size_t letters = read(part, 0, has_ellipsis).size();
    if (letters > operand->ndim() || (!has_ellipsis && letters < operand->ndim())) {
      refuse_subscripts(text_, "name " + std::to_string(letters) + " axes of an array of shape " +
                                   text_of(operand->shape()));
    }
    const int more = static_cast<int>(operand->ndim() - letters);
    ellipsis_axes_ = std::max(ellipsis_axes_, more);
    return read(part, more, has_ellipsis);
  }
  void implied_output() {
    std::map<Label, int> count;
    for (const Labels& labels : inputs_) {
      for (const Label label : labels) ++count[label];
    }
    add_ellipsis(output_, ellipsis_axes_);
    for (const auto& [label, times] : count) {
      if (times == 1 && label < kEllipsisLabel) output_.push_back(label);
    }
  }
  Labels explicit_output(std::string_view part) const {
    bool has_ellipsis = false;
    Labels labels = read(part, ellipsis_axes_, has_ellipsis);
    if (!has_ellipsis && ellipsis_axes_ > 0)
      refuse_subscripts(text_, "have axes in \"...\" that the result lacks");
    for (const Label label : labels) {
      const bool known = label >= kEllipsisLabel ||
                         std::any_of(inputs_.begin(), inputs_.end(),
                                     [&](const Labels& input) { return has_label(input, label); });
      if (!known)
        refuse_subscripts(text_, std::string("have '") + static_cast<char>(label) + "' only in the result");
      if (std::count(labels.begin(), labels.end(), label) > 1)
        refuse_subscripts(text_, "name an index of the result twice");
    }
    return labels;
  }

  std::string_view text_;
  std::vector<Labels> inputs_;
  Labels output_;
  int ellipsis_axes_ = 0;
};

std::string text_of_label(Label label) {
  return label < kEllipsisLabel ? std::string("index ") + static_cast<char>(label) : "an axis of \"...\"";
}

std::map<Label, std::int64_t> extents_of_labels(const std::vector<Labelled>& operands) {
  std::map<Label, std::int64_t> extents;
  for (const Labelled& operand : operands) {
    for (std::size_t k = 0; k < operand.labels.size(); ++k) {
      const std::int64_t own = operand.node->shape()[k];
      if (own == kUnknown) {
        throw Error(kEinsum, "the shape is not known before it is computed",
                    "call compute_chunk_sizes() first");
      }
      const auto [found, is_new] = extents.emplace(operand.labels[k], own);
      if (is_new || found->second == own || own == 1) continue;
      if (found->second != 1) {
        throw Error(kEinsum,
                    text_of_label(operand.labels[k]) + " has extents " + std::to_string(found->second) +
                        " and " + std::to_string(own),
                    "extents of one index must be equal, or 1");
      }
      found->second = own;
    }
  }
  return extents;
}

// Each label once: those that occur twice take the diagonal, and broadcast extents of 1 go.
Labelled with_labels_once(const Labelled& operand, const std::map<Label, std::int64_t>& extents) {
  Labelled result;
  std::vector<AxisSource> sources;
  Chunks chunks;
  for (std::size_t k = 0; k < operand.labels.size(); ++k) {
    const Label label = operand.labels[k];
    if (operand.node->shape()[k] != extents.at(label)) {
      sources.push_back({-1, 0, 0});
      continue;
    }
    if (!has_label(result.labels, label)) {
      result.labels.push_back(label);
      chunks.push_back(operand.node->chunks()[k]);
    }
    sources.push_back({place_of(result.labels, label), 0, 1});
  }
  const bool same = result.labels.size() == operand.labels.size();
  result.node =
      same ? operand.node : lazy::view("einsum", operand.node, std::move(sources), std::move(chunks));
  return result;
}

// The array with axes in this order; labels that it lacks become axes of length 1.
ArrayPtr aligned(const Labelled& operand, const Labels& order) {
  if (operand.labels == order) return operand.node;
  std::vector<AxisSource> sources(operand.labels.size());
  Chunks chunks;
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (!has_label(operand.labels, order[k])) {
      chunks.push_back({1});
      continue;
    }
    const auto at = static_cast<std::size_t>(place_of(operand.labels, order[k]));
    sources[at] = {static_cast<std::int64_t>(k), 0, 1};
    chunks.push_back(operand.node->chunks()[at]);
  }
  return lazy::view("transpose", operand.node, std::move(sources), std::move(chunks));
}

// The sum over all labels that are not wanted.
Labelled summed(const Labelled& operand, const Labels& wanted) {
  Labelled result;
  std::vector<std::int64_t> axes;
  for (std::size_t k = 0; k < operand.labels.size(); ++k) {
    if (has_label(wanted, operand.labels[k])) {
      result.labels.push_back(operand.labels[k]);
    } else {
      axes.push_back(static_cast<std::int64_t>(k));
    }
  }
  if (axes.empty()) return operand;
  ReduceRules rules;
  rules.values = rules.result = operand.node->dtype();
  result.node = lazy::reduce(operand.node, axes, rules, false, 8, "einsum");
  return result;
}

Labels common_labels(const Labels& a, const Labels& b) {
  Labels both;
  std::copy_if(a.begin(), a.end(), std::back_inserter(both),
               [&](Label label) { return has_label(b, label); });
  return both;
}
Labels labels_without(const Labels& a, const Labels& b) {
  Labels rest;
  std::copy_if(a.begin(), a.end(), std::back_inserter(rest),
               [&](Label label) { return !has_label(b, label); });
  return rest;
}
Labels operator+(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A product over one label for each place along the batch.
Labelled batched_product(const Labelled& a, const Labelled& b, const Labels& batch, const Labels& contracted,
                         DType dtype) {
  constexpr Label kNone = -1;  // an axis of length 1
  const Labels both = batch + contracted;
  const Labels a_free = labels_without(a.labels, both), b_free = labels_without(b.labels, both);
  const ArrayPtr left = aligned(a, batch + (a_free.empty() ? Labels{kNone} : a_free) + contracted);
  const ArrayPtr right = aligned(b, batch + contracted + (b_free.empty() ? Labels{kNone} : b_free));
  ArrayPtr product = lazy::matmul(left, right, dtype);
  const auto first = static_cast<std::int64_t>(batch.size());
  std::vector<std::int64_t> added;
  if (a_free.empty()) added.push_back(first);
  if (b_free.empty()) added.push_back(first + 1);
  if (!added.empty()) product = lazy::squeeze(product, added);
  return {product, batch + a_free + b_free};
}

Labelled product_of_two(Labelled a, Labelled b, const Labels& wanted, DType dtype) {
  a = summed(a, wanted + b.labels);
  b = summed(b, wanted + a.labels);
  const Labels both = common_labels(a.labels, b.labels);
  const Labels batch = common_labels(both, wanted), contracted = labels_without(both, wanted);
  if (!contracted.empty() && batch.empty()) {
    std::vector<std::int64_t> a_axes, b_axes;
    for (const Label label : contracted) {
      a_axes.push_back(place_of(a.labels, label));
      b_axes.push_back(place_of(b.labels, label));
    }
    return {lazy::tensordot(a.node, b.node, a_axes, b_axes, dtype),
            labels_without(a.labels, contracted) + labels_without(b.labels, contracted)};
  }
  const std::size_t rest = both.size() + 1;  // what a matrix product knows
  if (contracted.size() == 1 && a.labels.size() <= rest && b.labels.size() <= rest)
    return batched_product(a, b, batch, contracted, dtype);
  const Labels order = a.labels + labels_without(b.labels, a.labels);
  const ArrayPtr product =
      lazy::apply_as(Opcode::kMultiply, dtype, {aligned(a, order), aligned(b, order)}, kEinsum);
  return summed({product, order}, wanted);
}

ArrayPtr element_of_axis(const ArrayPtr& node, std::int64_t at) {
  return lazy::getitem(node, {ellipsis, at});
}

}  // namespace

namespace lazy {

ArrayPtr einsum(std::string_view text, const std::vector<ArrayPtr>& operands, DType dtype) {
  const UserCall call("einsum");
  const Subscripts subscripts(text, operands);
  std::vector<Labelled> labelled;
  for (std::size_t k = 0; k < operands.size(); ++k)
    labelled.push_back({cast(operands[k], dtype), subscripts.inputs()[k]});
  const std::map<Label, std::int64_t> extents = extents_of_labels(labelled);
  for (Labelled& one : labelled) one = with_labels_once(one, extents);
  Labelled result = labelled[0];
  for (std::size_t k = 1; k < labelled.size(); ++k) {
    Labels wanted = subscripts.output();
    for (std::size_t later = k + 1; later < labelled.size(); ++later)
      wanted = wanted + labelled[later].labels;
    result = product_of_two(result, labelled[k], wanted, dtype);
  }
  return aligned(summed(result, subscripts.output()), subscripts.output());
}

ArrayPtr kron(const ArrayPtr& a, const ArrayPtr& b, DType dtype) {
  const UserCall call("kron");
  const std::size_t axes = std::max(a->ndim(), b->ndim());
  // Axis k becomes the axes 2k, of a, and 2k + 1, of b.
  const auto spread = [&](const ArrayPtr& node, std::size_t second) {
    Chunks chunks(2 * axes, AxisChunks{1});
    std::vector<AxisSource> sources;
    for (std::size_t k = 0; k < node->ndim(); ++k) {
      const std::size_t at = 2 * (k + axes - node->ndim()) + second;
      sources.push_back({static_cast<std::int64_t>(at), 0, 1});
      chunks[at] = node->chunks()[k];
    }
    return view("kron", node, std::move(sources), std::move(chunks));
  };
  const ArrayPtr product = apply_as(Opcode::kMultiply, dtype, {spread(a, 0), spread(b, 1)}, "array::kron");
  Shape shape;
  for (std::size_t k = 0; k < axes; ++k)
    shape.push_back(product->shape()[2 * k] * product->shape()[2 * k + 1]);
  return reshape(product, shape);
}

ArrayPtr cross(const ArrayPtr& a, const ArrayPtr& b, std::int64_t axis) {
  constexpr const char* kWhere = "array::cross";
  const UserCall call("cross");
  const auto along_last = [&](const ArrayPtr& node) {
    const std::size_t at = normal_axis(axis, node->shape(), kWhere);
    if (node->shape()[at] == 2 || node->shape()[at] == 3) return moveaxis(node, {axis}, {-1});
    throw Error(kWhere,
                "axis " + std::to_string(at) + " of shape " + text_of(node->shape()) + " holds no vectors",
                "give vectors of two or three elements");
  };
  const ArrayPtr x = along_last(a), y = along_last(b);
  const bool x_flat = x->shape().back() == 2, y_flat = y->shape().back() == 2;
  const auto product = [&](std::int64_t i, std::int64_t j) {
    return apply(Opcode::kMultiply, {element_of_axis(x, i), element_of_axis(y, j)}, kWhere);
  };
  const auto minus = [&](const ArrayPtr& first, const ArrayPtr& second) {
    return apply(Opcode::kSubtract, {first, second}, kWhere);
  };
  const ArrayPtr third = minus(product(0, 1), product(1, 0));
  if (x_flat && y_flat) return third;
  // An element that is 0 leaves out its product.
  const ArrayPtr first = y_flat   ? apply(Opcode::kNegative, {product(2, 1)}, kWhere)
                         : x_flat ? product(1, 2)
                                  : minus(product(1, 2), product(2, 1));
  const ArrayPtr second = y_flat   ? product(2, 0)
                          : x_flat ? apply(Opcode::kNegative, {product(0, 2)}, kWhere)
                                   : minus(product(2, 0), product(0, 2));
  return moveaxis(stack({first, second, third}, -1), {-1}, {axis});
}

}  // namespace lazy

}  // namespace bask
