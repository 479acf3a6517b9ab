// Products of matrices and tensors.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/collections/array/universal_functions.hpp>

namespace bask::numpy_cases {

namespace {

// Summands may cancel: the error of a result is relative to its largest summands.
Tolerance near_products(std::int64_t count) {
  return {1e-12, 1e-5,
          "np.max(np.abs(x), initial=0) * np.max(np.abs(y), initial=0) * " +
              number(std::max<std::int64_t>(count, 1))};
}

template <class A, class B>
void matrices(Round& round) {
  const std::int64_t m = round.integer(1, 40), k = round.integer(1, 40), n = round.integer(1, 40);
  const auto x = round.array<A>("x", {m, k});
  const auto y = round.array<B>("y", {k, n});
  const auto u = round.array<A>("u", {k});
  const auto v = round.array<B>("v", {k});
  const Tolerance near = near_products(k);
  const Tolerance near_vectors{1e-12, 1e-5, "np.full(1, 100.0 * " + number(k) + ")"};
  round.expect("np.matmul(x, y)", matmul(x, y), near);
  round.expect("np.dot(x, y)", x.dot(y), near);
  round.expect("y.T @ x.T", matmul(y.T(), x.T()), near);
  round.expect("(x + x)[::-1] @ y[:, ::2]", matmul((x + x)["::-1"], y[":, ::2"]), near);
  round.expect("x @ v", matmul(x, v), near_vectors);
  round.expect("u @ y", matmul(u, y), near_vectors);
  round.expect("u @ v", matmul(u, v), near_vectors);
  round.expect("np.vdot(u, v)", vdot(u, v), near_vectors);
  round.expect("np.outer(u, v)", outer(u, v));
}

template <class E>
void stacks_of_matrices(Round& round) {
  const std::int64_t b = round.integer(1, 4), m = round.integer(1, 9), k = round.integer(0, 9),
                     n = round.integer(1, 9);
  const auto x = round.array<E>("x", {b, m, k});
  const auto y = round.array<E>("y", {round.coin() ? b : 1, k, n});
  const auto z = round.array<E>("z", {k, n});
  const Tolerance near{1e-12, 1e-5, "np.full(1, 100.0 * " + number(k + 1) + ")"};
  round.expect("np.matmul(x, y)", matmul(x, y), near);
  round.expect("np.matmul(x, z)", matmul(x, z), near);
  round.expect("np.dot(x, z)", dot(x, z), near);
  round.expect("np.dot(x, y)", dot(x, y), near);
}

template <class E>
void tensors(Round& round) {
  const std::int64_t a = round.integer(1, 5), b = round.integer(1, 6), c = round.integer(1, 4),
                     d = round.integer(1, 5);
  const auto x = round.array<E>("x", {a, b, c});
  const auto y = round.array<E>("y", {b, c, d});
  const auto z = round.array<E>("z", {c, d, a});
  const Tolerance near{1e-12, 1e-5, "np.full(1, 100.0 * 30)"};
  round.expect("np.tensordot(x, y)", tensordot(x, y), near);
  round.expect("np.tensordot(x, y, ([1, 2], [0, 1]))", tensordot(x, y, {1, 2}, {0, 1}), near);
  round.expect("np.tensordot(x, y, ([2, 1], [1, 0]))", tensordot(x, y, {2, 1}, {1, 0}), near);
  round.expect("np.tensordot(x, z, ([2, 0], [0, -1]))", tensordot(x, z, {2, 0}, {0, -1}), near);
  round.expect("np.tensordot(x, z, 1)", tensordot(x, z, 1), near);
  round.expect("np.tensordot(x, y, 0)", tensordot(x, y, 0), near);
}

template <class E>
void add_products_of(Theme& theme, bool exact) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("products of matrices" + of, matrices<E, E>, exact, 8);
  theme.add("products of stacks" + of, stacks_of_matrices<E>, exact, 8);
  theme.add("products of tensors" + of, tensors<E>, exact, 8);
}

}  // namespace

void add_products(Theme& theme) {
  add_products_of<double>(theme, false);
  add_products_of<float>(theme, false);
  add_products_of<std::complex<double>>(theme, false);
  add_products_of<std::int32_t>(theme, true);
  add_products_of<std::uint8_t>(theme, true);
  theme.add("products of matrices of float32 and float64", matrices<float, double>, false, 8);
  theme.add("products of matrices of int16 and float32", matrices<std::int16_t, float>, false, 8);
}

}  // namespace bask::numpy_cases
