// Arrays whose lengths a mask leaves unknown: what goes together block by block works, the rest says what to
// do.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/reductions.hpp>

#include <functional>
#include <sstream>

namespace bask {
namespace {

constexpr const char* kAdvice =
    "the shape is not known before it is computed; call compute_chunk_sizes() first";

std::string message_of(const std::function<void()>& wrong) {
  try {
    wrong();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

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
            "array::rechunk: shape (?,) has a length that only a computation tells, so it cannot be cut; "
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
            "bask.Array<compress, shape=(?,), dtype=float64, chunksize=(?,), chunks=3, ? B, 9 tasks>");
}

}  // namespace
}  // namespace bask
