// Arrays whose lengths a mask leaves unknown: operations that go block by block work; the errors of others
// say what to do.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/reductions.hpp>
#include <bask/collections/array/statistics.hpp>

#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <sstream>

namespace bask {
namespace {

constexpr const char* kAdvice =
    "the shape is not known before it is computed; call compute_chunk_sizes() first";

class UnknownLengthsTest : public testing::Test {
 protected:
  // 3 … 9, in blocks of 1, 4 and 2.
  Array<double> masked() const { return x_[x_ > 2.0]; }
  // Rows 2 … 5 of 6 x 4, in chunks of 2 rows, and 3 columns or 4.
  Array<double> rows() const { return table_[table_(slice(none, none), 0) > 5.0]; }
  static NdArray<double> expected(double begin, double step = 1) {
    NdArray<double> numbers({7});
    for (std::size_t i = 0; i < 7; ++i) numbers[i] = begin + step * static_cast<double>(i);
    return numbers;
  }

  Client client_ = Client(Options{.threads = 2});
  const Array<double> x_ = arange<double>(0, 10, 1, 4);
  const Array<double> table_ = arange<double>(24).reshape({6, 4}).rechunk({2, 3});
};

TEST_F(UnknownLengthsTest, ElementwiseOperationsGoBlockByBlock) {
  EXPECT_EQ((masked() + 1.0).compute(), expected(4));
  EXPECT_EQ((masked() + masked()).compute(), expected(6, 2));
  EXPECT_EQ((masked() + ones_like(masked())).compute(), expected(4));
  const auto y = masked();
  EXPECT_EQ(y[y > 5.0].compute(), NdArray<double>({4}, {6, 7, 8, 9}));
}

TEST_F(UnknownLengthsTest, ArraysOfKnownLengthsAreBroadcastToThem) {
  const double hundred[] = {100};
  const auto one = from_array<double>(hundred, {1});
  EXPECT_EQ((one + masked()).compute(), expected(103));
  EXPECT_EQ((masked() + one).compute(), expected(103));
  EXPECT_EQ((masked() - masked().mean()).compute(), expected(-3));
  EXPECT_EQ((masked().persist().mean() - masked()).compute(), expected(3, -1));
}

TEST_F(UnknownLengthsTest, RowsOfAMatrixMeetVectorsInOtherChunks) {
  const NdArray<double> difference = (rows() - table_.mean(0)).compute();
  ASSERT_EQ(Shape(difference.shape().begin(), difference.shape().end()), (Shape{4, 4}));
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) EXPECT_EQ(difference(i, j), static_cast<double>(4 * i) - 2);
}

TEST_F(UnknownLengthsTest, ReductionsLeaveOutEmptyBlocks) {
  EXPECT_EQ(masked().sum().compute().item(), 42);
  EXPECT_DOUBLE_EQ(masked().std().compute().item(), 2);
  EXPECT_EQ(x_[x_ > 8.0].max().compute().item(), 9);
  EXPECT_EQ(rows().sum(1).compute(), NdArray<double>({4}, {38, 54, 70, 86}));
  EXPECT_EQ(rows().sum(0).compute(), NdArray<double>({4}, {56, 60, 64, 68}));
  EXPECT_EQ(masked().cumsum(0).compute(), NdArray<double>({7}, {3, 7, 12, 18, 25, 33, 42}));
}

TEST_F(UnknownLengthsTest, ReductionsOfNothingSayThatThereIsNothing) {
  const auto none_left = x_[x_ > 100.0];
  const auto no_rows = table_[table_(slice(none, none), 0) > 100.0];
  const std::string nothing = ": there are no elements to reduce; reduce over axes that are not empty";
  const std::vector<std::pair<std::string, std::function<void()>>> wrong{
      {"array::max", [&] { none_left.max().compute(); }},
      {"array::min", [&] { x_.rechunk(10)[x_.rechunk(10) > 100.0].min().compute(); }},
      {"array::max", [&] { none_left.astype<std::int64_t>().max().compute(); }},
      {"array::nanmin", [&] { nanmin(none_left).compute(); }},
      {"array::nanmax", [&] { nanmax(none_left, 0, {.keepdims = true, .split_every = 2}).compute(); }},
      {"array::m", [&] { none_left.ptp().compute(); }},
      {"array::max", [&] { no_rows.max(0).compute(); }},
      {"array::min", [&] { (no_rows + 1.0).min().compute(); }},
      {"array::argmax", [&] { none_left.compute_chunk_sizes().argmax(); }},
  };
  for (const auto& [where, act] : wrong) {
    const std::string message = message_of(act);
    EXPECT_NE(message.find(where), std::string::npos) << message;
    EXPECT_NE(message.find(": there are no elements to reduce"), std::string::npos) << message;
  }
  EXPECT_NE(message_of([&] { none_left.max().compute(); }).find("array::max" + nothing), std::string::npos);
  EXPECT_EQ(none_left.sum().compute().item(), 0);
  EXPECT_EQ(none_left.prod().compute().item(), 1);
  EXPECT_FALSE(none_left.any().compute().item());
  EXPECT_TRUE(std::isnan(none_left.mean().compute().item()));
  EXPECT_TRUE(std::isnan(none_left.var().compute().item()));
  EXPECT_EQ(no_rows.max(1).compute().size(), 0u);  // no rows, so no greatest elements, and no error
}

TEST_F(UnknownLengthsTest, AnAxisBesideMayBeEmpty) {
  const auto rows = arange<std::int64_t>(0, 4, 1, 3) > std::int64_t{1};
  const auto left = [&](const Shape& shape) {
    const auto y = exp(zeros<double>(shape, {3, 2})[rows]).compute();
    return Shape(y.shape().begin(), y.shape().end());
  };
  EXPECT_EQ(left({4, 0}), (Shape{2, 0}));
  EXPECT_EQ(left({4, 3}), (Shape{2, 3}));
  const auto empty = zeros<double>({4, 0})[rows];
  EXPECT_EQ((empty + empty * 2.0).sum(1).compute(), NdArray<double>({2}, {0, 0}));
  EXPECT_EQ((empty + 1.0).sum(0).compute().size(), 0u);
}

TEST_F(UnknownLengthsTest, MeansOfInfinitiesAndHugeNumbersAreThoseOfKnownLengths) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const auto mean_of_positive = [](std::initializer_list<double> values) {
    const auto x = from_array<double>(std::span(values.begin(), values.size()),
                                      {static_cast<std::int64_t>(values.size())}, 1);
    return x[x > 0.0].mean().compute().item();
  };
  EXPECT_EQ(mean_of_positive({kInfinite, 1, -5}), kInfinite);
  EXPECT_EQ(mean_of_positive({1, 2, kInfinite}), kInfinite);
  EXPECT_EQ(mean_of_positive({1e308, -1, 3e307}), 6.5e307);
  EXPECT_EQ(rows().mean(1).compute(), NdArray<double>({4}, {9.5, 13.5, 17.5, 21.5}));
  EXPECT_EQ(rows().mean(0).compute(), NdArray<double>({4}, {14, 15, 16, 17}));
  const auto z = x_.astype<std::complex<double>>();
  EXPECT_EQ(z[x_ > 2.0].mean().compute().item(), 6.0);
}

TEST_F(UnknownLengthsTest, BlocksOfDifferentLengthsAreRefusedWhenTheyMeet) {
  const std::string advice = "take both arrays by the same mask, or call compute_chunk_sizes() first";
  EXPECT_NE(message_of([&] { (masked() + x_[x_ > 5.0]).compute(); }).find(advice), std::string::npos);
  EXPECT_NE(message_of([&] {
              masked()[(x_ > 5.0)[x_ > 5.0]].compute();
            }).find("make the mask from the array that it is for, or call compute_chunk_sizes() first"),
            std::string::npos);
  const auto fives = arange<double>(0, 10, 1, 2);
  EXPECT_EQ(message_of([&] { masked() + fives[fives > 2.0]; }),
            "array::add: arrays of unknown lengths have 5 and 3 chunks along axis 0; "
            "call compute_chunk_sizes() first");
  EXPECT_EQ(message_of([&] { masked() + x_; }),
            "array::add: shapes (?,) and (10,) do not broadcast; compute or persist the one of unknown "
            "length first");
}

TEST_F(UnknownLengthsTest, AReductionThatNobodyNeedsFailsNoneThatIsNeeded) {
  const auto none_of_them = x_[x_ > 100.0];
  const auto both = stack({none_of_them.max(), none_of_them.sum()});
  EXPECT_EQ(both(1).compute().item(), 0);
  EXPECT_NE(message_of([&] { both.compute(); }).find("max"), std::string::npos);
}

TEST_F(UnknownLengthsTest, AReductionThatIsNeededOfSomeBlocksFailsNoneOfTheOthers) {
  const double nan = std::nan("");
  const auto x = from_array<double>(NdArray<double>({2, 4}, {1, 5, nan, nan, 3, 2, nan, nan}), 2);
  const auto places = nanargmax(x, 0);
  EXPECT_EQ(concatenate({places["0:2"], count_nonzero(x, 0)}).compute(),
            NdArray<std::int64_t>({6}, {1, 0, 2, 2, 2, 2}));
  EXPECT_NE(message_of([&] { compute(places, count_nonzero(x, 0)); }).find("nanargmax"), std::string::npos);
}

TEST_F(UnknownLengthsTest, WhatNeedsTheLengthSaysHowToKnowIt) {
  const auto y = masked();
  const std::vector<std::pair<std::string, std::function<void()>>> wrong{
      {"array::transpose", [&] { rows().T(); }},
      {"array::getitem", [&] { flip(y); }},
      {"array::getitem", [&] { y(newaxis, ellipsis); }},
      {"array::concatenate",
       [&] {
         concatenate<double>({y, x_});
       }},
      {"array::reshape",
       [&] {
         y.reshape({7, 1});
       }},
      {"array::getitem", [&] { roll(y, 2); }},
      {"array::argmax", [&] { y.argmax(); }},
      {"array", [&] { ones_like(y).compute(); }},
  };
  for (const auto& [where, act] : wrong) EXPECT_EQ(message_of(act), where + ": " + kAdvice);
  const std::string axis =
      "array::getitem: the length of the axis is not known before it is computed; "
      "call compute_chunk_sizes() first";
  EXPECT_EQ(message_of([&] { y["1:"]; }), axis);
  EXPECT_EQ(message_of([&] { y(0); }), axis);
  EXPECT_EQ(message_of([&] { y.take({0}, 0); }), axis);
  EXPECT_EQ(message_of([&] { y.repeat(2, 0); }), axis);
  EXPECT_EQ(message_of([&] { y.rechunk(2); }),
            "array::rechunk: shape (?,) has a length that is not known before it is computed, so it cannot "
            "be cut into chunks; "
            "compute or persist the array first");
}

TEST_F(UnknownLengthsTest, EverythingWorksOnceTheLengthsAreKnown) {
  const auto y = masked().compute_chunk_sizes();
  EXPECT_EQ(y.chunks(), (Chunks{{1, 4, 2}}));
  EXPECT_EQ((y["::-1"] + x_["3:"]).compute(), NdArray<double>({7}, {12, 12, 12, 12, 12, 12, 12}));
  EXPECT_EQ(y.argmax().compute().item(), 6);
  EXPECT_EQ(rows().compute_chunk_sizes().T()(3, slice(none, none)).compute(),
            NdArray<double>({4}, {11, 15, 19, 23}));
}

TEST_F(UnknownLengthsTest, IsTheSizeInElementsAndBytes) {
  EXPECT_EQ(masked().size(), kUnknown);
  EXPECT_EQ(masked().nbytes(), kUnknown);
}

TEST_F(UnknownLengthsTest, IsPrintedWithQuestionMarks) {
  std::ostringstream out;
  out << masked();
  EXPECT_EQ(out.str(),
            "bask.Array<getitem, shape=(?,), dtype=float64, chunksize=(?,), chunks=3, ? B, 9 tasks>");
}

}  // namespace
}  // namespace bask
