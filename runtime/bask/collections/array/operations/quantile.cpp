// Quantiles: where the axes lie in one chunk, each task selects them from the lines of its block. Over all
// axes of a large array, they are read from its sorted elements.
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/positions.hpp>
#include <bask/collections/array/operations/split_runs.hpp>
#include <bask/collections/array/quantiles.hpp>
#include <bask/collections/array/sorting.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace bask {
namespace {

constexpr double kLargest = 64 << 20;  // bytes of an array that one task selects from

struct Quantiles {
  std::vector<double> quantiles;
  QuantileMethod method = QuantileMethod::kLinear;
  bool skip_nan = false, keepdims = false, has_axis = false;
  DType result = DType::kFloat64;
  std::vector<std::size_t> axes{};
  std::int64_t count = 0;  // of elements that were sorted
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& quantiles& method& skip_nan& keepdims& has_axis& result& axes& count;
  }
};

// Which elements of n in order a quantile comes from: `low` + `weight` of the way to `high`.
struct Between {
  std::int64_t low, high;
  double weight;
};

// As numpy.lib.function_base has them: alpha and beta of Hyndman and Fan.
double virtual_index(double n, double q, double alpha, double beta) {
  return n * q + (alpha + q * (1 - alpha - beta)) - 1;
}

Between at_index(double index, std::int64_t n) {
  const auto last = static_cast<double>(n - 1);
  index = std::clamp(index, 0.0, last);
  return {static_cast<std::int64_t>(index), static_cast<std::int64_t>(index), 0};
}

Between between(double index, std::int64_t n) {
  if (index < 0) return {0, 0, 0};
  if (index >= static_cast<double>(n - 1)) return {n - 1, n - 1, 0};
  const double low = std::floor(index);
  return {static_cast<std::int64_t>(low), static_cast<std::int64_t>(low) + 1, index - low};
}

Between place_of(QuantileMethod method, double q, std::int64_t count) {
  const auto n = static_cast<double>(count);
  const double linear = (n - 1) * q;
  switch (method) {
    case QuantileMethod::kInvertedCdf: {
      const double index = n * q - 1;
      return at_index(std::floor(index) == index ? index : std::floor(index) + 1, count);
    }
    case QuantileMethod::kClosestObservation: {
      const double index = n * q - 1 - 0.5, low = std::floor(index);
      return at_index(low == index && std::fmod(low, 2) == 0 ? low : low + 1, count);
    }
    case QuantileMethod::kAveragedInvertedCdf: {
      Between place = between(n * q - 1, count);
      place.weight = place.weight == 0 ? 0.5 : 1;
      return place;
    }
    case QuantileMethod::kInterpolatedInvertedCdf:
      return between(virtual_index(n, q, 0, 1), count);
    case QuantileMethod::kHazen:
      return between(virtual_index(n, q, 0.5, 0.5), count);
    case QuantileMethod::kWeibull:
      return between(virtual_index(n, q, 0, 0), count);
    case QuantileMethod::kMedianUnbiased:
      return between(virtual_index(n, q, 1.0 / 3, 1.0 / 3), count);
    case QuantileMethod::kNormalUnbiased:
      return between(virtual_index(n, q, 3.0 / 8, 3.0 / 8), count);
    case QuantileMethod::kLower:
      return at_index(std::floor(linear), count);
    case QuantileMethod::kHigher:
      return at_index(std::ceil(linear), count);
    case QuantileMethod::kMidpoint: {
      Between place = between(0.5 * (std::floor(linear) + std::ceil(linear)), count);
      if (place.weight != 0) place.weight = 0.5;
      return place;
    }
    case QuantileMethod::kNearest:
      return at_index(std::nearbyint(linear), count);
    case QuantileMethod::kLinear:
      break;
  }
  return between(linear, count);
}

// The mean of two equal numbers is that number, infinite ones included.
template <class R>
R interpolated(R low, R high, double weight) {
  if (low == high || weight == 0) return low;
  const R difference = high - low;
  return static_cast<R>(weight < 0.5 ? low + difference * weight : high - difference * (1 - weight));
}

// Puts the elements of these places, ascending, where they would be if all were sorted.
template <class T>
void select(std::span<T> values, std::span<const std::int64_t> places) {
  auto begin = values.begin();
  for (const std::int64_t place : places) {
    const auto at = values.begin() + place;
    if (at < begin) continue;
    std::nth_element(begin, at, values.end());
    begin = at + 1;
  }
}

template <class T>
std::size_t count_without_nan(std::span<T> values) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<std::size_t>(
        std::partition(values.begin(), values.end(), [](T x) { return !std::isnan(x); }) - values.begin());
  } else {
    return values.size();
  }
}

// The quantiles of one line, which it reorders, to `to`, each `stride` behind the one before it.
template <class T, class R>
void quantiles_of_line(const Quantiles& rules, std::span<T> line, R* to, std::int64_t stride) {
  const auto fill = [&](const auto& value_of) {
    for (std::size_t k = 0; k < rules.quantiles.size(); ++k)
      to[static_cast<std::int64_t>(k) * stride] = value_of(rules.quantiles[k]);
  };
  const std::size_t numbers = count_without_nan(line);
  if (numbers == 0 || (numbers != line.size() && !rules.skip_nan))
    return fill([](double) { return std::numeric_limits<R>::quiet_NaN(); });
  const auto count = static_cast<std::int64_t>(numbers);
  std::vector<std::int64_t> places;
  for (const double q : rules.quantiles) {
    const Between place = place_of(rules.method, q, count);
    places.insert(places.end(), {place.low, place.high});
  }
  std::ranges::sort(places);
  select(line.first(numbers), places);
  fill([&](double q) {
    const Between place = place_of(rules.method, q, count);
    return interpolated(static_cast<R>(line[static_cast<std::size_t>(place.low)]),
                        static_cast<R>(line[static_cast<std::size_t>(place.high)]), place.weight);
  });
}

Shape shape_of_result(const Quantiles& rules, std::span<const std::int64_t> shape) {
  Shape result;
  if (rules.has_axis) result.push_back(static_cast<std::int64_t>(rules.quantiles.size()));
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (!std::ranges::binary_search(rules.axes, k)) {
      result.push_back(shape[k]);
    } else if (rules.keepdims) {
      result.push_back(1);
    }
  }
  return result;
}

// How far the elements of a box of some axes lie behind its first one, in C order.
std::vector<std::int64_t> offsets_of(std::span<const std::int64_t> shape,
                                     const std::vector<std::size_t>& axes) {
  const Shape strides = strides_of(shape);
  std::vector<std::int64_t> offsets{0};
  for (const std::size_t axis : axes) {
    std::vector<std::int64_t> longer;
    longer.reserve(offsets.size() * static_cast<std::size_t>(shape[axis]));
    for (const std::int64_t offset : offsets)
      for (std::int64_t i = 0; i < shape[axis]; ++i) longer.push_back(offset + i * strides[axis]);
    offsets = std::move(longer);
  }
  return offsets;
}

Block quantile_block(const BlockCall<Quantiles>& call) {
  const Quantiles& rules = call.description();
  const Block& block = call.block(0);
  Block out(rules.result, shape_of_result(rules, block.shape()));
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < block.ndim(); ++k)
    if (!std::ranges::binary_search(rules.axes, k)) kept.push_back(k);
  const std::vector<std::int64_t> lines = offsets_of(block.shape(), kept),
                                  along = offsets_of(block.shape(), rules.axes);
  // Neighbouring lines are gathered together: their elements lie side by side.
  constexpr std::size_t kTogether = 16;
  with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_arithmetic_v<T>) {
      const auto memory = std::make_unique_for_overwrite<T[]>(kTogether * along.size());
      const auto all_into = [&](auto* to) {
        for (std::size_t first = 0; first < lines.size(); first += kTogether) {
          const std::size_t count = std::min(kTogether, lines.size() - first);
          for (std::size_t k = 0; k < along.size(); ++k)
            for (std::size_t line = 0; line < count; ++line)
              memory[line * along.size() + k] = block.as<T>()[lines[first + line] + along[k]];
          for (std::size_t line = 0; line < count; ++line)
            quantiles_of_line<T>(rules, {memory.get() + line * along.size(), along.size()}, to + first + line,
                                 std::ssize(lines));
        }
      };
      if (rules.result == DType::kFloat32) {
        all_into(out.as<float>());
      } else {
        all_into(out.as<double>());
      }
    }
  });
  return out;
}

// Reads the elements low and high of each quantile, and the last one, which is NaN where any is.
Block quantile_of_sorted(const BlockCall<Quantiles>& call) {
  const Quantiles& rules = call.description();
  const Block& taken = call.block(0);
  const Shape shape = shape_of_result(rules, Shape(rules.axes.size(), 1));
  Block out(rules.result, shape);
  with_element(taken.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_arithmetic_v<T>) {
      const auto all_into = [&]<class R>(R* to) {
        const T* const elements = taken.as<T>();
        const T last = elements[2 * rules.quantiles.size()];
        for (std::size_t k = 0; k < rules.quantiles.size(); ++k) {
          const Between place = place_of(rules.method, rules.quantiles[k], rules.count);
          to[k] = last != last ? std::numeric_limits<R>::quiet_NaN()
                               : interpolated(static_cast<R>(elements[2 * k]),
                                              static_cast<R>(elements[2 * k + 1]), place.weight);
        }
      };
      if (rules.result == DType::kFloat32) {
        all_into(out.as<float>());
      } else {
        all_into(out.as<double>());
      }
    }
  });
  return out;
}

Chunks chunks_of_result(const Quantiles& rules, const Chunks& chunks) {
  Chunks result;
  if (rules.has_axis) result.push_back({static_cast<std::int64_t>(rules.quantiles.size())});
  for (std::size_t k = 0; k < chunks.size(); ++k) {
    if (!std::ranges::binary_search(rules.axes, k)) {
      result.push_back(chunks[k]);
    } else if (rules.keepdims) {
      result.push_back({1});
    }
  }
  return result;
}

ArrayPtr from_sorted(const ArrayPtr& node, Quantiles rules, const std::string& name) {
  const ArrayPtr sorted = lazy::sort(lazy::reshape(node, {-1}), 0);
  rules.count = sorted->shape()[0];
  Index::Positions positions;
  for (const double q : rules.quantiles) {
    const Between place = place_of(rules.method, q, rules.count);
    positions.insert(positions.end(), {place.low, place.high});
  }
  positions.push_back(rules.count - 1);
  const auto count = static_cast<std::int64_t>(positions.size());
  const ArrayPtr taken = lazy::rechunk(lazy::take(sorted, positions, 0), {{count}});
  const auto lower = [rules, name](const std::vector<BlockRefs>& inputs) {
    return BlockTasks<quantile_of_sorted>::add(name, rules, inputs, reads_of_each(1));
  };
  const Chunks ones(node->ndim(), AxisChunks{1});
  return ArrayNode::operation(name, rules.result, chunks_of_result(rules, ones), {taken}, lower);
}

}  // namespace

namespace lazy {

std::vector<double> checked_quantiles(std::vector<double> quantiles, double most, const std::string& name) {
  const std::string where = "array::" + name;
  const std::string range = "from 0 to " + std::string(most == 1 ? "1" : "100");
  if (quantiles.empty()) throw Error(where, "no quantile was asked for", "give one or several, " + range);
  for (double& q : quantiles) {
    if (!(q >= 0 && q <= most))
      throw Error(where, "there is no " + std::to_string(q), "give numbers " + range);
    q /= most;
  }
  return quantiles;
}

ArrayPtr quantile(const ArrayPtr& node, const Axes& axes, QuantileRules asked, DType result,
                  const std::string& name) {
  const std::vector<std::size_t> along = normal_axes(axes.list(), node->shape(), "array::" + name);
  for (const std::size_t axis : along) require_known(node->shape()[axis]);
  const Quantiles rules{std::move(asked.quantiles),
                        asked.method,
                        asked.skip_nan,
                        asked.keepdims,
                        asked.has_axis,
                        result,
                        along};
  const double bytes =
      static_cast<double>(element_count(node->shape())) * static_cast<double>(size_of(node->dtype()));
  if (along.size() == node->ndim() && node->block_count() > 1 && bytes > kLargest && !rules.skip_nan)
    return from_sorted(node, rules, name);
  const Chunks chunks = chunks_whole_along(node->chunks(), along);
  const ArrayPtr whole = rechunk(node, chunks);
  const auto lower = [rules, name](const std::vector<BlockRefs>& inputs) {
    return BlockTasks<quantile_block>::add(name, rules, inputs, reads_of_each(inputs[0].size()));
  };
  return ArrayNode::operation(name, result, chunks_of_result(rules, chunks), {whole}, lower);
}

}  // namespace lazy

}  // namespace bask
