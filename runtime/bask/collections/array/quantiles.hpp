// quantiles.hpp: medians, percentiles and quantiles, with NumPy's names and meaning; they are exact.
// Cost: a rechunk, so that the axes lie in one chunk, and one task a block, which selects; over all axes of
// an array of several blocks that has more than 64 MiB: a sort of its elements (sorting.hpp). Runs on: rank
// 0; nothing is computed before it is asked for. Threads: any. Source: quickselect (Hoare, "Algorithm 65:
// find", 1961); the methods are those of Hyndman and Fan, "Sample quantiles in statistical packages" (1996),
// under NumPy's names.
#pragma once

#include <bask/collections/array/statistics.hpp>

#include <string>
#include <vector>

namespace bask {

/// How a quantile between two elements comes from them: numpy.quantile's `method`.
enum class QuantileMethod : std::uint8_t {
  kInvertedCdf,
  kAveragedInvertedCdf,
  kClosestObservation,
  kInterpolatedInvertedCdf,
  kHazen,
  kWeibull,
  kLinear,
  kMedianUnbiased,
  kNormalUnbiased,
  kLower,
  kHigher,
  kMidpoint,
  kNearest,
};

struct QuantileOptions {
  ByName by_name{};
  QuantileMethod method = QuantileMethod::kLinear;
  bool keepdims = false;
};
struct MedianOptions {
  ByName by_name{};
  bool keepdims = false;
};

namespace lazy {

/// What all quantiles of one call have in common.
struct QuantileRules {
  std::vector<double> quantiles;  // from 0 to 1
  QuantileMethod method = QuantileMethod::kLinear;
  bool skip_nan = false, keepdims = false;
  bool has_axis = false;  // an axis of quantiles comes first
};
ArrayPtr quantile(const ArrayPtr& node, const Axes& axes, QuantileRules rules, DType result,
                  const std::string& name);
/// Throws: Error when one is not from 0 to `most`, or none is there.
std::vector<double> checked_quantiles(std::vector<double> quantiles, double most, const std::string& name);

template <class E>
Array<mean_t<E>> quantiles_of(const Array<E>& x, std::vector<double> q, double most, bool has_axis,
                              bool skip_nan, const Axes& axes, const QuantileOptions& options,
                              const std::string& name) {
  static_assert(std::is_arithmetic_v<E>, "complex numbers have no quantiles");
  std::vector<double> quantiles = checked_quantiles(std::move(q), most, name);
  return Array<mean_t<E>>(
      quantile(x.node(), axes, {std::move(quantiles), options.method, skip_nan, options.keepdims, has_axis},
               dtype_of<mean_t<E>>(), name));
}

}  // namespace lazy

/// The values below which a share `q` (from 0 to 1) of the elements along `axes` lies; over all axes where
/// none is named. NaN where one of them is NaN, and where there are none. Shape: that of x without the axes.
/// Throws: Error when q is not from 0 to 1, there is no such axis, or a length along the axes is not known.
template <class E>
Array<mean_t<E>> quantile(const Array<E>& x, double q, const Axes& axes = {},
                          const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, {q}, 1, false, false, axes, options, "quantile");
}
template <class E>
Array<mean_t<E>> quantile(const Array<E>& x, double q, const QuantileOptions& options) {
  return quantile(x, q, Axes(), options);
}
/// Several of them, along a new first axis.
template <class E>
Array<mean_t<E>> quantile(const Array<E>& x, const std::vector<double>& q, const Axes& axes = {},
                          const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, q, 1, true, false, axes, options, "quantile");
}
template <class E>
Array<mean_t<E>> quantile(const Array<E>& x, const std::vector<double>& q, const QuantileOptions& options) {
  return quantile(x, q, Axes(), options);
}
/// As quantile(), of the elements that are not NaN.
template <class E>
Array<mean_t<E>> nanquantile(const Array<E>& x, double q, const Axes& axes = {},
                             const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, {q}, 1, false, true, axes, options, "nanquantile");
}
template <class E>
Array<mean_t<E>> nanquantile(const Array<E>& x, double q, const QuantileOptions& options) {
  return nanquantile(x, q, Axes(), options);
}
template <class E>
Array<mean_t<E>> nanquantile(const Array<E>& x, const std::vector<double>& q, const Axes& axes = {},
                             const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, q, 1, true, true, axes, options, "nanquantile");
}
template <class E>
Array<mean_t<E>> nanquantile(const Array<E>& x, const std::vector<double>& q,
                             const QuantileOptions& options) {
  return nanquantile(x, q, Axes(), options);
}
/// As quantile(), with `q` from 0 to 100.
template <class E>
Array<mean_t<E>> percentile(const Array<E>& x, double q, const Axes& axes = {},
                            const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, {q}, 100, false, false, axes, options, "percentile");
}
template <class E>
Array<mean_t<E>> percentile(const Array<E>& x, double q, const QuantileOptions& options) {
  return percentile(x, q, Axes(), options);
}
template <class E>
Array<mean_t<E>> percentile(const Array<E>& x, const std::vector<double>& q, const Axes& axes = {},
                            const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, q, 100, true, false, axes, options, "percentile");
}
template <class E>
Array<mean_t<E>> percentile(const Array<E>& x, const std::vector<double>& q, const QuantileOptions& options) {
  return percentile(x, q, Axes(), options);
}
template <class E>
Array<mean_t<E>> nanpercentile(const Array<E>& x, double q, const Axes& axes = {},
                               const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, {q}, 100, false, true, axes, options, "nanpercentile");
}
template <class E>
Array<mean_t<E>> nanpercentile(const Array<E>& x, double q, const QuantileOptions& options) {
  return nanpercentile(x, q, Axes(), options);
}
template <class E>
Array<mean_t<E>> nanpercentile(const Array<E>& x, const std::vector<double>& q, const Axes& axes = {},
                               const QuantileOptions& options = {}) {
  return lazy::quantiles_of(x, q, 100, true, true, axes, options, "nanpercentile");
}
template <class E>
Array<mean_t<E>> nanpercentile(const Array<E>& x, const std::vector<double>& q,
                               const QuantileOptions& options) {
  return nanpercentile(x, q, Axes(), options);
}
/// The middle element, or the mean of the two in the middle: quantile(x, 0.5).
template <class E>
Array<mean_t<E>> median(const Array<E>& x, const Axes& axes = {}, const MedianOptions& options = {}) {
  return lazy::quantiles_of(x, {0.5}, 1, false, false, axes, QuantileOptions{.keepdims = options.keepdims},
                            "median");
}
template <class E>
Array<mean_t<E>> median(const Array<E>& x, const MedianOptions& options) {
  return median(x, Axes(), options);
}
/// The same of the elements that are not NaN.
template <class E>
Array<mean_t<E>> nanmedian(const Array<E>& x, const Axes& axes = {}, const MedianOptions& options = {}) {
  return lazy::quantiles_of(x, {0.5}, 1, false, true, axes, QuantileOptions{.keepdims = options.keepdims},
                            "nanmedian");
}
template <class E>
Array<mean_t<E>> nanmedian(const Array<E>& x, const MedianOptions& options) {
  return nanmedian(x, Axes(), options);
}

}  // namespace bask
