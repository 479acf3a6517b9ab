// histograms.hpp: histograms with weights or as densities, and those of several coordinates together.
// Runs on: rank 0; nothing is computed before it is asked for, except where said. Threads: any.
// Cost: one task per block, which computes the block's elements as well and makes one sum for each bin, and a
// tree of sums.
#pragma once

#include <bask/collections/array/counts.hpp>

#include <vector>

namespace bask {

/// The bins along one coordinate: their edges, or how many of equal width there are, from low to high or from
/// the least to the largest element. These are computed now.
class HistogramBins {
 public:
  HistogramBins(int count) : count_(count) {}
  HistogramBins(int count, double low, double high) : edges_(lazy::bin_edges(count, low, high)) {}
  HistogramBins(std::vector<double> edges) : edges_(std::move(edges)) {}
  template <class E>
  std::vector<double> edges_for(const Array<E>& x) const {
    return edges_.empty() ? histogram(x, count_).edges : edges_;
  }

 private:
  int count_ = 0;
  std::vector<double> edges_;
};

/// What each element counts: real numbers that are broadcast to the elements.
class HistogramWeights {
 public:
  HistogramWeights() = default;
  template <Element W>
  requires std::is_arithmetic_v<W> HistogramWeights(const Array<W>& weights)
      : node_(lazy::cast(weights.node(), DType::kFloat64)) {}
  const ArrayPtr& node() const { return node_; }

 private:
  ArrayPtr node_;
};

struct HistogramOptions {
  ByName by_name{};
  HistogramWeights weights{};  ///< 1 for each element when there are none
  bool density = false;        ///< divided by the sum and the widths of the bins: the integral is 1
};
struct HistogramOfWeights {
  Array<double> counts;
  std::vector<double> edges;
};
struct HistogramOfSeveral {
  Array<double> counts;  ///< an axis for each coordinate
  std::vector<std::vector<double>> edges;
};

namespace lazy {

/// The sums of weights in each box of bins. Throws: Error when edges do not ascend, or there is nothing to
/// count.
ArrayPtr histogram_of(const std::vector<ArrayPtr>& sample, const std::vector<std::vector<double>>& edges,
                      const HistogramOptions& options, const char* where);

}  // namespace lazy

/// As histogram() in counts.hpp; the counts are float64: histogram(x, 10, {.weights = w}).
template <Element E>
HistogramOfWeights histogram(const Array<E>& x, const HistogramBins& bins, const HistogramOptions& options) {
  require_order<E>();
  std::vector<double> edges = bins.edges_for(x);
  Array<double> counts(lazy::histogram_of({x.node()}, {edges}, options, "array::histogram"));
  return {std::move(counts), std::move(edges)};
}
template <Element E>
HistogramOfWeights histogram(const Array<E>& x, int bins, double low, double high,
                             const HistogramOptions& options) {
  return histogram(x, HistogramBins(bins, low, high), options);
}

/// How many elements lie in each box of bins; element i has the coordinates sample[0][i], sample[1][i], ….
/// `bins`: one for all coordinates, or one each.
/// Throws: Error when there are not as many bins as coordinates.
template <Element E>
HistogramOfSeveral histogramdd(const std::vector<Array<E>>& sample,
                               const Several<HistogramBins>& bins = HistogramBins(10),
                               const HistogramOptions& options = {}) {
  require_order<E>();
  const std::vector<HistogramBins>& each = bins.list();
  if (each.size() != 1 && each.size() != sample.size()) {
    throw Error(
        "array::histogramdd",
        std::to_string(each.size()) + " bins are given for " + std::to_string(sample.size()) + " coordinates",
        "give one for all, or one each");
  }
  std::vector<ArrayPtr> nodes;
  std::vector<std::vector<double>> edges;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    nodes.push_back(sample[k].node());
    edges.push_back(each[each.size() == 1 ? 0 : k].edges_for(sample[k]));
  }
  Array<double> counts(lazy::histogram_of(nodes, edges, options, "array::histogramdd"));
  return {std::move(counts), std::move(edges)};
}
template <Element E>
HistogramOfSeveral histogramdd(std::initializer_list<Array<E>> sample,
                               const Several<HistogramBins>& bins = HistogramBins(10),
                               const HistogramOptions& options = {}) {
  return histogramdd(std::vector<Array<E>>(sample), bins, options);
}
/// The same of two coordinates.
template <Element E, Element F>
HistogramOfSeveral histogram2d(const Array<E>& x, const Array<F>& y,
                               const Several<HistogramBins>& bins = HistogramBins(10),
                               const HistogramOptions& options = {}) {
  return histogramdd(std::vector{x.template astype<double>(), y.template astype<double>()}, bins, options);
}

}  // namespace bask
