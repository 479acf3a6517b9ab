// Products by their indices, traces, covariances.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/covariance.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/einsum.hpp>
#include <bask/collections/array/products.hpp>

namespace bask::numpy_cases {

namespace {

template <class E>
void one_operand(Round& round) {
  const std::int64_t n = round.integer(0, 6);
  const auto x = round.array<E>("x", {n, n}, Values::kWhole);
  const auto y = round.array<E>("y", {3, n, 2, n}, Values::kWhole);
  const auto check = [&](const std::string& name, const Array<E>& array, const std::string& text) {
    round.expect("np.einsum('" + text + "', " + name + ")", einsum(text, array), exactly());
  };
  for (const char* text :
       {"ii", "ii->i", "ij->ji", "ji", "ij", "ij->", "ij->j", "...j->...", "...", "i...->..."})
    check("x", x, text);
  for (const char* text : {"aibi", "aibi->iba", "a...->...", "...ij->...ji", "aBcd", "aibi->b"})
    check("y", y, text);
}

template <class E, class F>
void two_operands(Round& round) {
  const auto extent = [&] { return round.integer(0, 5); };
  const std::int64_t i = extent(), j = extent(), k = extent(), b = extent();
  const auto x = round.array<E>("x", {i, j}, Values::kWhole);
  const auto y = round.array<F>("y", {j, k}, Values::kWhole);
  const auto z = round.array<F>("z", {i, j}, Values::kWhole);
  const auto s = round.array<F>("s", {b, i, j}, Values::kWhole);
  const auto t = round.array<E>("t", {b, j, k}, Values::kWhole);
  const auto v = round.array<E>("v", {j}, Values::kWhole);
  const auto one = round.array<E>("one", {1, j}, Values::kWhole);
  const auto check = [&](const std::string& text, const std::string& p, const auto& first,
                         const std::string& q, const auto& second) {
    round.expect("np.einsum('" + text + "', " + p + ", " + q + ")", einsum(text, first, second), exactly());
  };
  for (const char* text :
       {"ij,jk->ik", "ij,jk", "ij,jk->ki", "ij,jk->i", "ij,jk->", "ij,jk->ijk", "ij, jk -> j"})
    check(text, "x", x, "y", y);
  for (const char* text : {"ij,ij", "ij,ij->ij", "ij,ij->i", "ij,kj->ik", "ij,ij->ji", "ab,cd->abcd"})
    check(text, "x", x, "z", z);
  for (const char* text :
       {"bij,bjk->bik", "bij,bjk->ikb", "...ij,...jk->...ik", "...ij,...jk", "bij,cjk->ik", "bij,bjk->"})
    check(text, "s", s, "t", t);
  for (const char* text : {"...j,j->...", "bij,j->ib", "bij,j", "...,j->...j"}) check(text, "s", s, "v", v);
  for (const char* text : {"ij,ij->ij", "ij,ij", "ij,ij->i", "...,..."}) check(text, "x", x, "one", one);
  round.expect("np.einsum('ij,jk,j->ik', x, y, v)", einsum("ij,jk,j->ik", x, y, v), exactly());
  round.expect("np.einsum('ij,jk,lj,ij->kl', x, y, z, x)", einsum("ij,jk,lj,ij->kl", x, y, z, x), exactly());
  round.expect("np.einsum('bij,bjk,ij->b', s, t, x)", einsum("bij,bjk,ij->b", s, t, x), exactly());
}

template <class E>
void traces(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 4});
  const auto x = round.array<E>("x", shape, Values::kWhole);
  const std::vector<std::int64_t> axes = round.permutation(shape.size());
  const std::int64_t offset = round.integer(-4, 4);
  const std::string at = number(offset) + ", " + number(axes[0]) + ", " +
                         number(axes[1] - static_cast<std::int64_t>(shape.size())) + ")";
  const std::int64_t second = axes[1] - static_cast<std::int64_t>(shape.size());
  round.expect("np.trace(x)", trace(x), exactly());
  round.expect("np.trace(x, " + at, trace(x, offset, axes[0], second), exactly());
  round.expect("np.diagonal(x, " + at, diagonal(x, offset, axes[0], second));
}

template <class E, class F>
void products_of_vectors(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 2});
  const auto x = round.array<E>("x", shape, Values::kWhole);
  const auto y = round.array<F>("y", round.shape({.least_axes = 1, .most_axes = 2}), Values::kWhole);
  round.expect("np.kron(x, y)", kron(x, y));
  for (const std::int64_t a : {2, 3}) {
    for (const std::int64_t b : {2, 3}) {
      Shape other = shape, own = shape;
      own.push_back(a);
      other.insert(other.begin(), b);
      const std::string names[] = {"p" + number(a) + number(b), "q" + number(a) + number(b)};
      const auto p = round.array<E>(names[0], own, Values::kWhole);
      const auto q = round.array<F>(names[1], other, Values::kWhole);
      round.expect("np.cross(" + names[0] + ", np.moveaxis(" + names[1] + ", 0, -1))",
                   cross(p, moveaxis(q, 0, -1)));
      round.expect("np.cross(np.moveaxis(" + names[0] + ", -1, 0), " + names[1] + ", axis=0)",
                   cross(moveaxis(p, -1, 0), q, 0));
    }
  }
}

template <class E>
void covariances(Round& round) {
  const std::int64_t variables = round.integer(1, 5), observations = round.integer(2, 30);
  const auto x = round.array<E>("x", {variables, observations});
  const auto y = round.array<E>("y", {observations});
  const Tolerance close{1e-11, 1e-5, "np.cov(x, y)"};
  round.expect("np.cov(x)", cov(x), close);
  round.expect("np.cov(x.T, rowvar=False, bias=True)", cov(x.T(), {.rowvar = false, .bias = true}), close);
  round.expect("np.cov(x, y)", cov(x, y), close);
  round.expect("np.cov(x, ddof=0)", cov(x, {.ddof = 0}), close);
  round.expect("np.cov(y)", cov(y), close);
  round.expect("np.corrcoef(x)", corrcoef(x), {1e-10, 1e-5, "1.0"});
  round.expect("np.corrcoef(x.T, y, rowvar=False)", corrcoef(x.T(), y["None"].T(), {.rowvar = false}),
               {1e-10, 1e-5, "1.0"});
}

// Arrays without elements, and of no axes.
void products_of_nothing(Round& round) {
  const auto x = round.array<double>("x", {0, 3});
  const auto s = round.array<double>("s", {});
  round.expect("np.einsum('ij,kj->ik', x, x)", einsum("ij,kj->ik", x, x));
  round.expect("np.einsum('ij,ik->jk', x, x)", einsum("ij,ik->jk", x, x));
  round.expect("np.einsum(',ij->j', s, x)", einsum(",ij->j", s, x));
  round.expect("np.einsum(',->', s, s)", einsum(",->", s, s));
  round.expect("np.einsum('', s)", einsum("", s));
  round.expect("np.trace(x)", trace(x));
  round.expect("np.trace(x, 7)", trace(x, 7));
  round.expect("np.kron(s, x)", kron(s, x));
  round.expect("np.kron(s, s)", kron(s, s));
  round.expect("np.cross(x, np.ones(3))", cross(x, ones({3})));
  round.expect("np.cov(s)", cov(s));
  round.expect("np.cov(np.ones((2, 1)))", cov(ones({2, 1})));
}

}  // namespace

void add_einsum(Theme& theme) {
  theme.add("one operand of float64", one_operand<double>);
  theme.add("one operand of int16", one_operand<std::int16_t>);
  theme.add("one operand of bool", one_operand<bool>);
  theme.add("two operands of float64", two_operands<double, double>, true, 12);
  theme.add("two operands of int32 and float32", two_operands<std::int32_t, float>);
  theme.add("two operands of complex128 and uint8", two_operands<std::complex<double>, std::uint8_t>);
  theme.add("two operands of int64", two_operands<std::int64_t, std::int64_t>);
  theme.add("products of nothing", products_of_nothing);
  theme.add("traces of float32", traces<float>);
  theme.add("traces of uint8", traces<std::uint8_t>);
  theme.add("products of vectors of float64", products_of_vectors<double, double>);
  theme.add("products of vectors of int16 and complex128",
            products_of_vectors<std::int16_t, std::complex<double>>);
  theme.add("covariances of float64", covariances<double>, false);
  theme.add("covariances of float32", covariances<float>, false);
  theme.add("covariances of int32", covariances<std::int32_t>, false);
  theme.add("covariances of complex128", covariances<std::complex<double>>, false);
}

}  // namespace bask::numpy_cases
