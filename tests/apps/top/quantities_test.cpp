#include <gtest/gtest.h>

#include <top/quantities.hpp>

#include <array>
#include <limits>

namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

TEST(Quantities, OfTimeAreNoMoreExactThanTheyCanBe) {
  EXPECT_EQ(top::elapsed_text(42.9), "42 s");
  EXPECT_EQ(top::elapsed_text(5400), "1:30:00");
  EXPECT_EQ(top::left_text(37.5), "about 38 s left");
  EXPECT_EQ(top::left_text(3601), "about 1:01:00 left");
  EXPECT_EQ(top::time_text(0.0125), "12.5 ms");
}

TEST(Quantities, OfAnySizeHaveAText) {
  for (const double value : {0.0, -1.0, 1e-300, kLargest, -kLargest}) {
    EXPECT_NE(top::time_text(value), "");
    EXPECT_NE(top::elapsed_text(value), "");
    EXPECT_NE(top::left_text(value), "");
    EXPECT_NE(top::size_text(value), "");
    EXPECT_NE(top::percent_text(value), "");
    EXPECT_EQ(top::bar_text(value, 10).size(), 10u);
    EXPECT_NE(top::spark_text(std::array{value}), "");
  }
}

TEST(Quantities, AreAHundredPercentOnlyWhenAllIsDone) {
  EXPECT_EQ(top::percent_text(0.9999), "99 %");
  EXPECT_EQ(top::percent_text(1), "100 %");
  EXPECT_EQ(top::percent_text(0.0001), "1 %");
  EXPECT_EQ(top::percent_text(0), "0 %");
}

TEST(Quantities, FillBarsByTheirShares) {
  EXPECT_EQ(top::bar_text(0.5, 10), "[####....]");
  EXPECT_EQ(top::bar_text(1, 10), "[########]");
  EXPECT_EQ(top::bar_text(0.5, 2), "  ");
  EXPECT_EQ(top::spark_text(std::array{0.0, 0.01, 0.5, 1.0}), " ▁▄█");
}

TEST(Quantities, ThatAreStackedFillAllColumns) {
  const std::array<double, 3> thirds{1 / 3.0, 1 / 3.0, 1 / 3.0}, none{0, 0, 0}, odd{0.5, -3, 1e300};
  EXPECT_EQ(top::stacked_columns(thirds, 10), (std::vector<std::size_t>{3, 4, 3}));
  EXPECT_EQ(top::stacked_columns(none, 10), (std::vector<std::size_t>{0, 0, 0}));
  EXPECT_EQ(top::stacked_columns(odd, 10), (std::vector<std::size_t>{0, 0, 10}));
}

}  // namespace
