// covariance.hpp: covariances and correlations of variables.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Types: float64 or complex128, as in NumPy. Cost: the means, and one product of matrices.
// Throws: Error when an array has more than two axes, or the variables differ in their number of
// observations.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/block/axes.hpp>

#include <optional>

namespace bask {

struct CovOptions {
  ByName by_name{};
  bool rowvar = true;         ///< rows are variables and columns observations; else the other way round
  bool bias = false;          ///< the divisor is the number of observations, not one less
  std::optional<int> ddof{};  ///< the divisor is the number of observations - ddof, whatever `bias` says
};
struct CorrcoefOptions {
  ByName by_name{};
  bool rowvar = true;
};

namespace lazy {

/// `more`: further variables; may be null.
ArrayPtr cov(const ArrayPtr& node, const ArrayPtr& more, const CovOptions& options);
ArrayPtr corrcoef(const ArrayPtr& node, const ArrayPtr& more, const CorrcoefOptions& options);

}  // namespace lazy

namespace arrays {

template <class E>
using covariance_t = promoted<E, double>;

}  // namespace arrays

/// The covariance of each variable with each. Shape: (variables, variables); () for one variable.
template <Element E>
Array<arrays::covariance_t<E>> cov(const Array<E>& x, const CovOptions& options = {}) {
  return Array<arrays::covariance_t<E>>(lazy::cov(x.node(), nullptr, options));
}
/// The same of the variables of x, then those of y.
template <Element E, Element F>
Array<arrays::covariance_t<promoted<E, F>>> cov(const Array<E>& x, const Array<F>& y,
                                                const CovOptions& options = {}) {
  return Array<arrays::covariance_t<promoted<E, F>>>(lazy::cov(x.node(), y.node(), options));
}

/// The correlation coefficient of each variable with each: their covariance divided by both deviations.
template <Element E>
Array<arrays::covariance_t<E>> corrcoef(const Array<E>& x, const CorrcoefOptions& options = {}) {
  return Array<arrays::covariance_t<E>>(lazy::corrcoef(x.node(), nullptr, options));
}
template <Element E, Element F>
Array<arrays::covariance_t<promoted<E, F>>> corrcoef(const Array<E>& x, const Array<F>& y,
                                                     const CorrcoefOptions& options = {}) {
  return Array<arrays::covariance_t<promoted<E, F>>>(lazy::corrcoef(x.node(), y.node(), options));
}

}  // namespace bask
