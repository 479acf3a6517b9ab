// Assignment and the functions that are made of others: what they leave alone, and the errors of wrong use.
// Their values are compared with NumPy's in tests/collections/array/numpy.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>

#include <functional>
#include <limits>

namespace bask {
namespace {

void expect_refusal(const std::string& message, const std::function<void()>& wrong) {
  EXPECT_EQ(message_of(wrong), message);
}

const Array<double>& plane() {
  static const Array<double> x = ones({8, 4}, {4, 2});
  return x;
}
Array<std::int64_t> numbers(std::int64_t count) {
  return arange(std::int64_t{0}, count, std::int64_t{1}, 3);
}
template <class E>
std::vector<E> elements(const Array<E>& array) {
  const NdArray<E> all = array.compute();
  return {all.begin(), all.end()};
}

TEST(Assignment, LeavesTheArrayAsItIs) {
  const Client client;
  const auto x = numbers(4);
  const auto y = x.set(1, 7);
  EXPECT_EQ(elements(x), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(elements(y), (std::vector<std::int64_t>{0, 7, 2, 3}));
}

TEST(Assignment, KeepsTypeAndChunks) {
  const auto x = ones<float>({8, 4}, {3, 2});
  for (const auto& y : {x.set("1:3", 2.5), x.set("::2, 1", x["0, 0"]), x.set(x > 0.0F, 1),
                        x.set(std::vector<std::int64_t>{1, 5}, 0), x.set({slice(2), -1}, 3)}) {
    EXPECT_EQ(y.chunks(), x.chunks());
    EXPECT_EQ(y.dtype(), DType::kFloat32);
  }
}

TEST(Assignment, TakesIndicesOfAnyIntegerType) {
  const Client client;
  auto x = numbers(3);
  for (std::size_t k = 0; k < 3; ++k) x = x.set(k, x[2 - k] * 10);
  EXPECT_EQ(elements(x), (std::vector<std::int64_t>{20, 10, 200}));
  EXPECT_EQ(elements(x.set({0}, std::int8_t{-1}).set(std::uint16_t{1}, true)),
            (std::vector<std::int64_t>{-1, 1, 200}));
}

TEST(Assignment, OfManyPartsOneAfterTheOtherIsTheLastOfEach) {
  const Client client;
  auto x = zeros<std::int64_t>({600}, 50);
  for (std::int64_t k = 0; k < 300; ++k) x = x.set({slice(k, k + 300)}, k);
  const auto all = elements(x);
  for (std::int64_t k = 0; k < 600; ++k)
    ASSERT_EQ(all[static_cast<std::size_t>(k)], k < 300 ? k : k < 599 ? 299 : 0) << k;
}

TEST(Assignment, ByAMaskIsThereForUnknownLengths) {
  const Client client;
  const auto x = numbers(9);
  const auto large = x[x > 2];
  EXPECT_EQ(elements(large.set(large > 6, -1)), (std::vector<std::int64_t>{3, 4, 5, 6, -1, -1}));
  EXPECT_NE(message_of([&] { large.set("1:2", 0); }).find("call compute_chunk_sizes() first"),
            std::string::npos);
}

TEST(Assignment, RefusesWhatDoesNotFit) {
  expect_refusal(
      "array::set: a value of shape (3,) does not fit the part, which has shape (2, 4); give a number, or an "
      "array that broadcasts to the part",
      [] { plane().set("1:3", ones({3})); });
  expect_refusal(
      "array::set: a value of shape (2, 2, 4) does not fit the part, which has shape (2, 4); give a number, "
      "or "
      "an array that broadcasts to the part",
      [] {
        plane().set("1:3", ones({2, 2, 4}));
      });
  expect_refusal("array::getitem: index 8 is out of range for axis 0 of length 8; use one from -8 to 7",
                 [] { plane().set(8, 0); });
  expect_refusal(
      "array::set: the mask has shape (4,), the array (8, 4); use a mask of the array's shape, or one of its "
      "first axes",
      [] { plane().set(ones({4}) > 0.0, 0); });
  expect_refusal(
      "array::set: a value of shape (8, 4) does not broadcast to what the mask chooses, elements of shape "
      "(); "
      "give one value for all of them; values element by element are where(mask, y, x)",
      [] { plane().set(plane() > 0.0, plane()); });
  const auto bytes = zeros<std::uint8_t>({3});
  EXPECT_NE(message_of([&] { bytes.set(0, 300); }).find("array::set: 300 does not fit uint8"),
            std::string::npos);
  EXPECT_NE(message_of([&] { bytes.set(0, -1.5); }).find("array::set: -1 does not fit uint8"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              bytes.set(0, std::numeric_limits<double>::quiet_NaN());
            }).find("array::set: nan does not fit"),
            std::string::npos);
  EXPECT_NE(message_of([&] { bytes.set(0, std::complex<double>(0, 1)); }).find("does not fit uint8"),
            std::string::npos);
}

TEST(WrongUseOfNames, OfEinsum) {
  const auto x = ones({2, 3}), y = ones({4, 5});
  const std::string how = "; write a letter for each axis, as in \"ij,jk->ik\", \"ii->i\", \"...ij->...ji\"";
  expect_refusal("array::einsum: index j has extents 3 and 4; extents of one index must be equal, or 1",
                 [&] { einsum("ij,jk->ik", x, y); });
  expect_refusal("array::einsum: the subscripts \"ij->ij\" name fewer arrays than are given" + how,
                 [&] { einsum("ij->ij", x, y); });
  expect_refusal("array::einsum: the subscripts \"ij,jk\" name more arrays than are given" + how,
                 [&] { einsum("ij,jk", x); });
  expect_refusal("array::einsum: the subscripts \"i->i\" name 1 axes of an array of shape (2, 3)" + how,
                 [&] { einsum("i->i", x); });
  expect_refusal("array::einsum: the subscripts \"ij->ik\" have 'k' only in the result" + how,
                 [&] { einsum("ij->ik", x); });
  expect_refusal("array::einsum: the subscripts \"ij->ii\" name an index of the result twice" + how,
                 [&] { einsum("ij->ii", x); });
  expect_refusal("array::einsum: the subscripts \"i1->i\" have a '1' that is no index" + how,
                 [&] { einsum("i1->i", x); });
  expect_refusal("array::einsum: the subscripts \"...j->j\" have axes in \"...\" that the result lacks" + how,
                 [&] { einsum("...j->j", x); });
}

TEST(WrongUseOfNames, OfProducts) {
  expect_refusal("array::diagonal: shape (3,) is not that of a matrix; use an array of two axes or more",
                 [] { trace(ones({3})); });
  expect_refusal("array::diagonal: axis 1 is named twice; name each axis once",
                 [] { trace(plane(), 0, 1, -1); });
  expect_refusal(
      "array::cross: axis 1 of shape (8, 4) holds no vectors; give vectors of two or three elements",
      [] { cross(plane(), plane()); });
  expect_refusal(
      "array::cov: shape (2, 2, 2) has more than two axes; give one variable, or a matrix of variables and "
      "observations",
      [] {
        cov(ones({2, 2, 2}));
      });
  expect_refusal("array::corrcoef: the variables have 4 and 8 observations; give as many of each",
                 [] { corrcoef(plane(), ones({8})); });
  expect_refusal(
      "array::convolve: shape (0,) is not that of a vector with elements; give arrays of one axis and one "
      "element at least",
      [] { convolve(ones({3}), ones({0})); });
}

TEST(WrongUseOfNames, OfJoining) {
  expect_refusal("array::vstack: there are no arrays to join; give one at least", [] { vstack<double>({}); });
  expect_refusal(
      "array::hstack: shapes (8, 4) and (4, 8) differ along axis 0; only the axis along which they are "
      "joined "
      "may differ, here axis 1",
      [] {
        hstack({plane(), plane().T()});
      });
  expect_refusal(
      "array::split: axis 0 of shape (8, 4) cannot be cut into 3 sections of one length; array_split() makes "
      "some of them longer by one",
      [] { split(plane(), 3); });
  expect_refusal("array::array_split: 0 sections are asked for; ask for 1 or more",
                 [] { array_split(plane(), 0); });
  expect_refusal(
      "array::dsplit: shape (8, 4) has too few axes; use an array of 3 or more, or split() with an axis",
      [] { dsplit(plane(), 1); });
  expect_refusal("array::insert: position 9 is out of range for an axis of length 8; use one from -8 to 8",
                 [] { insert(plane(), 9, 0, 0); });
  expect_refusal(
      "array::insert: values of shape (1, 1, 3) have more axes than the array of shape (8, 4); give values "
      "that "
      "broadcast to the array",
      [] {
        insert(plane(), {1}, ones({1, 1, 3}), 1);
      });
  expect_refusal("array::delete_: position 4 is out of range for an axis of length 4; use one from -4 to 3",
                 [] {
                   delete_(plane(), {1, 4}, 1);
                 });
  expect_refusal("array::rot90: 1 axes span no plane; name two axes", [] { rot90(plane(), 1, 0); });
  expect_refusal(
      "array::sliding_window_view: a window of 9 elements does not fit axis 0 of shape (8, 4); use extents "
      "from "
      "1 to the length of the axis",
      [] { sliding_window_view(plane(), 9, 0); });
  expect_refusal(
      "array::sliding_window_view: the window has 1 extents for 2 axes of shape (8, 4); give one extent for "
      "each axis, or name the axes",
      [] { sliding_window_view(plane(), 2); });
}

TEST(WrongUseOfNames, OfSearches) {
  const std::vector<double> mixed{1, 3, 2}, two{1, 2};
  expect_refusal("array::searchsorted: 3 numbers that do not ascend are given; sort them first",
                 [&] { searchsorted(mixed, plane()); });
  expect_refusal("array::searchsorted: the sorted numbers have shape (8, 4); give numbers along one axis",
                 [&] { searchsorted(plane(), plane()); });
  expect_refusal("array::digitize: 3 edges neither ascend nor descend; give them in order",
                 [&] { digitize(plane(), mixed); });
  expect_refusal(
      "array::interp: 2 points and 3 values are given; give one point at least, and a value for each",
      [&] { interp(plane(), two, mixed); });
  expect_refusal("array::interp: 3 points that do not ascend are given; sort them first",
                 [&] { interp(plane(), mixed, mixed); });
  expect_refusal("array::histogram: 3 edges that do not ascend are given; give two ascending edges at least",
                 [&] { histogram(plane(), mixed, {.density = true}); });
  expect_refusal("array::histogramdd: 2 bins are given for 3 coordinates; give one for all, or one each",
                 [&] {
                   histogramdd({plane(), plane(), plane()}, {3, 4});
                 });
  expect_refusal(
      "array::histogramdd: coordinates of shapes (8, 4) and (4, 8) are given; give as many of each", [&] {
        histogramdd({plane(), plane().T()}, HistogramBins(3, 0, 1));
      });
}

TEST(WrongUseOfNames, OfChoices) {
  expect_refusal(
      "array::select: 1 conditions and 2 choices are given; give one condition at least, and a choice for "
      "each",
      [] {
        select({plane() > 0.0}, {plane(), plane()});
      });
  expect_refusal(
      "array::piecewise: 1 conditions and 3 choices are given; give a choice for each condition, and one "
      "more "
      "for all other elements",
      [] {
        piecewise(plane(), {plane() > 0.0}, {1, 2, 3});
      });
  expect_refusal("array::tril: an array of no axes has no triangle; use an array of two axes or more",
                 [] { tril(ones({})); });
  expect_refusal(
      "array::apply_over_axes: the function made shape () of shape (8, 4); return an array of as many axes, "
      "or "
      "of one less",
      [] { apply_over_axes([](const Array<double>& a, std::int64_t) { return a.sum(); }, plane(), {0}); });
  expect_refusal(
      "array::trapz: 2 coordinates are given for an axis of length 4; give one for each element, or one "
      "distance",
      [] {
        trapz(plane(), std::vector<double>{1, 2});
      });
  expect_refusal("array::pad: complex numbers have no order; use another mode: kMean, kEdge, …",
                 [] { pad(ones<std::complex<double>>({3}), 1, PadMode::kMinimum); });
}

TEST(LinesAlongAnAxis, OfAnotherLengthThanWasSaidFailTheTask) {
  const Client client;
  const auto lines = apply_along_axis([](NdView<const double>) { return NdArray<double>({3}); }, 1, plane());
  EXPECT_NE(message_of([&] { lines.compute(); })
                .find("array::apply_along_axis: the function returned an array of shape (3,) where lines of "
                      "4 elements "
                      "were to be"),
            std::string::npos);
}

}  // namespace
}  // namespace bask
