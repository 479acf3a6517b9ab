#include "message_of.hpp"

#include <bask/collections/array/block/nd_array.hpp>
#include <bask/core/value.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <numeric>
#include <sstream>

using namespace bask;

static_assert(travels_whole<NdArray<double>>);
static_assert(Serializable<NdArray<bool>>);
static_assert(kept_inline<NdArray<float>>);

namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
std::string text(const NdArray<T>& array) {
  std::ostringstream out;
  out << array;
  return out.str();
}
template <class T>
std::string row(std::initializer_list<T> values) {
  return text(NdArray<T>({static_cast<std::int64_t>(values.size())}, values));
}
template <class T>
NdArray<T> counting(const Shape& shape, T factor = 1) {
  NdArray<T> array(shape);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = static_cast<T>(i) * factor;
  return array;
}

double sum_of(NdView<const double> view) {
  double sum = 0;
  for (std::int64_t i = 0; i < view.shape[0]; ++i) {
    for (std::int64_t j = 0; j < view.shape[1]; ++j) sum += view(i, j);
  }
  return sum;
}

}  // namespace

TEST(NdArray, IsIndexedInCOrder) {
  NdArray<double> array({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(array(1, 0), 4);
  EXPECT_EQ(array.at(0, 2), 3);
  EXPECT_EQ(array[5], 6);
  EXPECT_EQ(array.strides(), (Shape{3, 1}));
  array(1, 2) = -1;
  EXPECT_EQ(std::accumulate(array.begin(), array.end(), 0.0), 14);
  EXPECT_EQ(array.span().size(), 6u);
}

TEST(NdArray, BeginsAsZeros) {
  EXPECT_EQ((NdArray<int>({2, 2})), (NdArray<int>({2, 2}, {0, 0, 0, 0})));
  EXPECT_EQ(NdArray<int>().size(), 0u);
  EXPECT_EQ(NdArray<int>::uninitialized({4, 2}).size(), 8u);
}

TEST(NdArray, HoldsOneElementWithoutAxes) {
  NdArray<double> array(Shape{}, {7});
  EXPECT_EQ(array.item(), 7);
  EXPECT_EQ(array(), 7);
  EXPECT_EQ(array.at(), 7);
}

TEST(NdArray, ComparesShapesAndElements) {
  const NdArray<double> array({2, 2}, {1, 2, 3, 4});
  EXPECT_NE(array, (NdArray<double>({4}, {1, 2, 3, 4})));
  EXPECT_NE(array, (NdArray<double>({2, 2}, {1, 2, 3, 5})));
  EXPECT_EQ((NdArray<double>({1}, {0.0})), (NdArray<double>({1}, {-0.0})));
  EXPECT_NE((NdArray<double>({1}, {kNotANumber})), (NdArray<double>({1}, {kNotANumber})));
}

TEST(NdArray, IsSeenThroughAView) {
  NdArray<double> array({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(sum_of(array), 21);
  array.view()(0, 1) = 0;
  EXPECT_EQ(sum_of(array), 19);
  const Shape shape{3, 2};
  const NdView<double> transposed{array.data(), shape, {1, 3}};
  EXPECT_EQ(transposed(2, 1), 6);
  EXPECT_EQ(transposed.size(), 6);
}

TEST(NdArray, IsABlock) {
  NdArray<float> array({2, 1}, {1, 2});
  Block block = std::move(array).release();
  EXPECT_EQ(block.dtype(), DType::kFloat32);
  EXPECT_EQ(NdArray<float>(std::move(block)), (NdArray<float>({2, 1}, {1, 2})));
  EXPECT_EQ(
      message_of([] { NdArray<float>(Block(DType::kInt8, Shape{2})); }),
      "NdArray: the block has elements of int8, not of float32; use the NdArray of that type, or astype");
  EXPECT_THROW(NdArray<float>(Block{}), Error);
}

TEST(NdArray, RefusesWrongUse) {
  NdArray<int> array({2, 3});
  EXPECT_EQ(
      message_of([&] { array.at(1, 3); }),
      "NdArray::at: there is no element (1, 3) in shape (2, 3); give one index for each axis, from 0 to "
      "its length less one");
  EXPECT_NE(message_of([&] { array.at(-1, 0); }).find("no element (-1, 0)"), std::string::npos);
  EXPECT_NE(message_of([&] { array.at(1); }).find("no element (1)"), std::string::npos);
  EXPECT_NE(message_of([&] { array.item(); }).find("shape (2, 3) has 6 elements, but item() takes one"),
            std::string::npos);
  EXPECT_EQ(message_of([] {
              NdArray<int>({2, 2}, {1});
            }),
            "NdArray: 1 values do not fill shape (2, 2); give 4");
  EXPECT_THROW(array.reshape({5}), Error);
}

TEST(NdArray, KeepsElementsWhenReshaped) {
  NdArray<int> array = counting<int>({2, 3});
  array.reshape({3, 2});
  EXPECT_EQ(array, counting<int>({3, 2}));
}

TEST(NdArray, TravelsBetweenRanks) {
  const NdArray<double> sent = counting<double>({3, 4});
  ByteWriter writer;
  encode(writer, sent);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<NdArray<double>>(reader), sent);
  ByteReader as_other(writer.bytes());
  EXPECT_THROW(decode<NdArray<float>>(as_other), Error);
  Value value;
  value.emplace<NdArray<double>>(sent);
  EXPECT_EQ(value.type()->contiguous->bytes(std::as_const(value).object()).size(), sent.block().size());
  EXPECT_GE(value.heap_bytes(), 96u);
}

// The expected texts are what NumPy 1.24 prints.
TEST(NdArrayText, AlignsIntegersAndBools) {
  EXPECT_EQ(text(counting<int>({2, 3})), "[[0 1 2]\n [3 4 5]]");
  EXPECT_EQ(row<std::int64_t>({-1, 100}), "[ -1 100]");
  EXPECT_EQ(row<std::uint8_t>({1, 200}), "[  1 200]");
  EXPECT_EQ(row<bool>({true, false}), "[ True False]");
}

TEST(NdArrayText, RoundsTo8Digits) {
  EXPECT_EQ(row<double>({0.1, 1.0 / 3}), "[0.1        0.33333333]");
  EXPECT_EQ(row<float>({0.1f, 1.0f / 3}), "[0.1        0.33333334]");
  EXPECT_EQ(row<double>({1.5, 2.25, kNotANumber}), "[1.5  2.25  nan]");
  EXPECT_EQ(row<double>({kInfinity, -1}), "[inf -1.]");
  EXPECT_EQ(row<double>({kNotANumber, kInfinity}), "[nan inf]");
  EXPECT_EQ(row<double>({0}), "[0.]");
}

TEST(NdArrayText, TurnsToExponentsAsNumPyDoes) {
  EXPECT_EQ(row<double>({1.5, 2, 1e10}), "[1.5e+00 2.0e+00 1.0e+10]");
  EXPECT_EQ(row<double>({1e-5, 1}), "[1.e-05 1.e+00]");
  EXPECT_EQ(row<double>({1e300, 1e-300}), "[1.e+300 1.e-300]");
  EXPECT_EQ(row<double>({123456789.123456789}), "[1.23456789e+08]");
  EXPECT_EQ(row<double>({99999999}), "[99999999.]");
  EXPECT_EQ(row<double>({1001, 0.001}), "[1.001e+03 1.000e-03]");
  EXPECT_EQ(row<float>({0.1f, 1234.5678f}), "[1.0000000e-01 1.2345677e+03]");
}

TEST(NdArrayText, PutsJBehindImaginaryParts) {
  using Complex = std::complex<double>;
  EXPECT_EQ(row<Complex>({{1, 2}, {3.25, -1e-3}}), "[1.  +2.e+00j 3.25-1.e-03j]");
  EXPECT_EQ(row<Complex>({{kNotANumber, 1}, {1, -kInfinity}}), "[nan +1.j  1.-infj]");
  EXPECT_EQ(row<Complex>({{1e10, 1e-3}, {1, 0}}), "[1.e+10+0.001j 1.e+00+0.j   ]");
}

TEST(NdArrayText, ShowsScalarsAsPythonDoes) {
  EXPECT_EQ(text(NdArray<double>(Shape{}, {3.5})), "3.5");
  EXPECT_EQ(text(NdArray<double>(Shape{}, {2})), "2.0");
  EXPECT_EQ(text(NdArray<double>(Shape{}, {1e16})), "1e+16");
  EXPECT_EQ(text(NdArray<int>(Shape{}, {3})), "3");
  EXPECT_EQ(text(NdArray<std::complex<double>>(Shape{}, {{1, -2}})), "(1-2j)");
}

TEST(NdArrayText, LeavesLinesBetweenMatrices) {
  EXPECT_EQ(text(NdArray<int>({2, 1, 2}, {1, 2, 3, 4})), "[[[1 2]]\n\n [[3 4]]]");
  EXPECT_EQ(text(NdArray<int>({0, 3})), "[]");
}

TEST(NdArrayText, BreaksLongLines) {
  EXPECT_EQ(text(counting<double>({40})),
            "[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n"
            " 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29. 30. 31. 32. 33. 34. 35.\n"
            " 36. 37. 38. 39.]");
}

TEST(NdArrayText, LeavesOutTheMiddleBeyond1000Elements) {
  EXPECT_EQ(text(counting<double>({2000})),
            "[0.000e+00 1.000e+00 2.000e+00 ... 1.997e+03 1.998e+03 1.999e+03]");
  NdArray<std::int64_t> twice({3000, 2});
  for (std::int64_t i = 0; i < 6000; ++i) twice[static_cast<std::size_t>(i)] = i / 2;
  EXPECT_EQ(text(twice),
            "[[   0    0]\n [   1    1]\n [   2    2]\n ...\n [2997 2997]\n [2998 2998]\n [2999 2999]]");
  NdArray<double> square({100, 100});
  for (std::size_t i = 0; i < 10000; ++i) square[i] = static_cast<double>(i) / 7;
  EXPECT_EQ(text(square).substr(0, 153),
            "[[0.00000000e+00 1.42857143e-01 2.85714286e-01 ... 1.38571429e+01\n"
            "  1.40000000e+01 1.41428571e+01]\n"
            " [1.42857143e+01 1.44285714e+01 1.45714286e+01 ... 2.8");
}
