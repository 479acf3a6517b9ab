// Products of matrices compared with loops over their elements, on uneven chunks.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/kernels/blas.hpp>
#include <bask/collections/array/products.hpp>

#include <complex>
#include <cstring>
#include <string>

namespace bask {
namespace {

class ProductsTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

template <class T>
NdArray<T> numbers(const Shape& shape, int seed) {
  NdArray<T> array(shape);
  for (std::size_t i = 0; i < array.size(); ++i) {
    const int value = static_cast<int>((i * 7 + static_cast<std::size_t>(seed) * 3) % 11);
    if constexpr (std::is_arithmetic_v<T>) {
      array[i] = static_cast<T>(std::is_same_v<T, bool> ? value % 3 == 0 : value);
    } else {
      array[i] = T(static_cast<real_t<T>>(value), static_cast<real_t<T>>(value % 4));
    }
  }
  return array;
}

template <class T>
NdArray<T> plain_matmul(const NdArray<T>& a, const NdArray<T>& b) {
  NdArray<T> c({a.shape()[0], b.shape()[1]});
  for (std::int64_t i = 0; i < a.shape()[0]; ++i) {
    for (std::int64_t j = 0; j < b.shape()[1]; ++j) {
      for (std::int64_t k = 0; k < a.shape()[1]; ++k) {
        if constexpr (std::is_same_v<T, bool>) {
          c(i, j) = c(i, j) || (a(i, k) && b(k, j));
        } else {
          c(i, j) = static_cast<T>(c(i, j) + a(i, k) * b(k, j));
        }
      }
    }
  }
  return c;
}

template <class T>
void expect_product() {
  const auto a = numbers<T>({5, 7}, 1), b = numbers<T>({7, 6}, 2);
  const auto x = from_array(a, Chunks{{2, 3}, {3, 3, 1}});
  const auto y = from_array(b, Chunks{{7}, {1, 5}});
  const auto product = matmul(x, y);
  EXPECT_EQ(product.chunks(), (Chunks{{2, 3}, {1, 5}}));
  EXPECT_EQ(product.compute(), plain_matmul(a, b)) << name_of(dtype_of<T>());
}

TEST_F(ProductsTest, MultiplyMatricesOfEveryType) {
  expect_product<double>();
  expect_product<float>();
  expect_product<std::complex<double>>();
  expect_product<std::complex<float>>();
  expect_product<std::int8_t>();
  expect_product<std::uint16_t>();
  expect_product<std::int32_t>();
  expect_product<std::int64_t>();
  expect_product<bool>();
}

TEST_F(ProductsTest, PromoteTheTypes) {
  const auto product =
      matmul(from_array(numbers<std::int32_t>({2, 3}, 0)), from_array(numbers<float>({3, 2}, 1)));
  static_assert(std::is_same_v<decltype(product)::value_type, double>);
  EXPECT_EQ(product.compute(), plain_matmul(numbers<double>({2, 3}, 0), numbers<double>({3, 2}, 1)));
}

TEST_F(ProductsTest, ReadTransposesAsTheyLie) {
  const auto a = numbers<double>({6, 5}, 1), b = numbers<double>({4, 6}, 2);
  const auto x = from_array(a, Chunks{{4, 2}, {2, 3}});
  const auto y = from_array(b, Chunks{{3, 1}, {4, 2}});
  NdArray<double> at({5, 6}), bt({6, 4});
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 5; ++j) at(j, i) = a(i, j);
    for (int j = 0; j < 4; ++j) bt(i, j) = b(j, i);
  }
  EXPECT_EQ(matmul(x.T(), y.T()).compute(), plain_matmul(at, bt));
  EXPECT_EQ(matmul(x, x.T()).compute(), plain_matmul(a, at));
  EXPECT_EQ(matmul(x.T(), x).compute(), plain_matmul(at, a));
}

TEST_F(ProductsTest, TakeVectors) {
  const auto a = numbers<double>({5, 7}, 1), v = numbers<double>({7, 1}, 2), w = numbers<double>({1, 5}, 3);
  const auto x = from_array(a, Chunks{{2, 3}, {3, 3, 1}});
  const auto column = from_array<double>(v.span(), {7}, Chunks{{4, 3}});
  const auto row = from_array<double>(w.span(), {5}, Chunks{{1, 4}});
  auto right = plain_matmul(a, v), left = plain_matmul(w, a);
  right.reshape({5});
  left.reshape({7});
  EXPECT_EQ(matmul(x, column).compute(), right);
  EXPECT_EQ(matmul(row, x).compute(), left);
  EXPECT_EQ(x.T().dot(row).compute(), left);
  double expected = 0;
  for (const double value : v) expected += value * value;
  EXPECT_EQ(column.dot(column).compute().item(), expected);
}

TEST_F(ProductsTest, BroadcastBatches) {
  const auto a = numbers<double>({2, 3, 4, 5}, 1), b = numbers<double>({3, 5, 2}, 2),
             c = numbers<double>({2, 1, 5, 2}, 3);
  const auto x = from_array(a, Chunks{{1, 1}, {2, 1}, {3, 1}, {2, 3}});
  const auto by = [&](const NdArray<double>& other, const Array<double>& y) {
    NdArray<double> expected({2, 3, 4, 2});
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 3; ++j)
        for (int m = 0; m < 4; ++m)
          for (int n = 0; n < 2; ++n)
            for (int k = 0; k < 5; ++k)
              expected(i, j, m, n) +=
                  a(i, j, m, k) * (other.ndim() == 3 ? other(j, k, n) : other(i, 0, k, n));
    EXPECT_EQ(matmul(x, y).compute(), expected);
  };
  by(b, from_array(b, Chunks{{3}, {5}, {1, 1}}));
  by(c, from_array(c, Chunks{{2}, {1}, {4, 1}, {2}}));
}

TEST_F(ProductsTest, AddUpLongRowsOfTilesInATree) {
  const auto a = numbers<double>({3, 90}, 1), b = numbers<double>({90, 2}, 2);
  const auto i = numbers<bool>({3, 90}, 1), j = numbers<bool>({90, 2}, 2);
  EXPECT_EQ(matmul(from_array(a, {2, 1}), from_array(b, {90, 2})).compute(), plain_matmul(a, b));
  EXPECT_EQ(matmul(from_array(i, {2, 1}), from_array(j, {90, 2})).compute(), plain_matmul(i, j));
}

TEST_F(ProductsTest, ContractNamedAxes) {
  const auto a = numbers<double>({3, 4, 5}, 1), b = numbers<double>({5, 2, 3}, 2);
  const auto x = from_array(a, Chunks{{2, 1}, {1, 3}, {3, 2}});
  const auto y = from_array(b, Chunks{{5}, {1, 1}, {1, 2}});
  NdArray<double> expected({4, 2});
  for (int m = 0; m < 4; ++m)
    for (int n = 0; n < 2; ++n)
      for (int i = 0; i < 3; ++i)
        for (int k = 0; k < 5; ++k) expected(m, n) += a(i, m, k) * b(k, n, i);
  EXPECT_EQ(tensordot(x, y, {0, 2}, {2, 0}).compute(), expected);
  NdArray<double> both({3, 4, 2, 3});
  for (int i = 0; i < 3; ++i)
    for (int m = 0; m < 4; ++m)
      for (int n = 0; n < 2; ++n)
        for (int j = 0; j < 3; ++j)
          for (int k = 0; k < 5; ++k) both(i, m, n, j) += a(i, m, k) * b(k, n, j);
  EXPECT_EQ(tensordot(x, y, 1).compute(), both);
  EXPECT_EQ(tensordot(x, x, 3).compute().item(), (x * x).sum().compute().item());
}

TEST_F(ProductsTest, DotOfMoreAxesTakesTheLastButOne) {
  const auto a = numbers<double>({2, 3}, 1), b = numbers<double>({4, 3, 2}, 2);
  NdArray<double> expected({2, 4, 2});
  for (int i = 0; i < 2; ++i)
    for (int l = 0; l < 4; ++l)
      for (int m = 0; m < 2; ++m)
        for (int k = 0; k < 3; ++k) expected(i, l, m) += a(i, k) * b(l, k, m);
  EXPECT_EQ(dot(from_array(a, {1, 2}), from_array(b, {3, 2, 1})).compute(), expected);
}

TEST_F(ProductsTest, OfVectorsIncludeTheOuterOneAndTheConjugatedOne) {
  const auto a = numbers<std::complex<double>>({5}, 1), b = numbers<std::complex<double>>({5}, 2);
  const auto x = from_array(a, Chunks{{2, 3}}), y = from_array(b, Chunks{{4, 1}});
  NdArray<std::complex<double>> all({5, 5});
  std::complex<double> sum = 0;
  for (int i = 0; i < 5; ++i) {
    sum += std::conj(a(i)) * b(i);
    for (int j = 0; j < 5; ++j) all(i, j) = a(i) * b(j);
  }
  EXPECT_EQ(outer(x, y).compute(), all);
  EXPECT_EQ(vdot(x, y).compute().item(), sum);
}

TEST_F(ProductsTest, AreMadeAgainWhereAnotherBlasMakesThem) {
  const std::string here = blas::name();
  EXPECT_NE(here, "");
  const auto key_of = [](const auto& x) {
    const TaskRef block = matmul(x, x).node()->lowered()[0];
    return block.layer->key(block.index);
  };
  const auto reals = ones({4, 4}, {2, 2});
  const auto integers = ones<int>({4, 4}, {2, 2});
  const Key key = key_of(reals), integer_key = key_of(integers);
  blas::set_name_in_job("another BLAS");
  EXPECT_NE(key_of(reals), key);
  EXPECT_EQ(key_of(integers), integer_key);
  blas::set_name_in_job(here);
  EXPECT_EQ(key_of(reals), key);
}

TEST_F(ProductsTest, RefuseShapesThatDoNotFit) {
  const auto a = from_array(numbers<double>({3, 4}, 1)), b = from_array(numbers<double>({5, 6}, 1));
  EXPECT_EQ(
      message_of([&] { matmul(a, b); }),
      "array::matmul: shapes (3, 4) and (5, 6) do not fit; axis 1 of the first and axis 0 of the second "
      "must have one length");
  EXPECT_NE(message_of([&] { tensordot(a, b, {0}, {1}); }).find("array::tensordot: shapes"),
            std::string::npos);
  EXPECT_NE(message_of([&] { tensordot(a, a, {0, 0}, {0, 0}); }).find("twice"), std::string::npos);
}

}  // namespace
}  // namespace bask
