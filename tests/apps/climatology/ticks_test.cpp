// Round numbers along scales, and round times along axes of years.
#include <gtest/gtest.h>

#include <climatology/ticks.hpp>
#include <climatology/time_ticks.hpp>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

using Labels = std::vector<std::string>;

ValueRange range(double low, double high) {
  return {low, high};
}

// 1, 2 or 5 times a power of ten.
bool is_round(double step) {
  const double digits = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
  return std::abs(digits - 1) < 1e-6 || std::abs(digits - 2) < 1e-6 || std::abs(digits - 5) < 1e-6;
}

Labels labels_of(const ValueRange& years, int wanted) {
  Labels labels;
  for (const TimeTick& tick : time_ticks(years, wanted)) labels.push_back(tick.label);
  return labels;
}

TEST(Ticks, AreRoundInsideAndAboutAsManyAsWanted) {
  std::mt19937_64 draw(1);
  std::uniform_real_distribution<double> part(-1, 1), power(-12, 12);
  for (int k = 0; k < 2000; ++k) {
    const double low = part(draw) * std::pow(10, power(draw)),
                 high = low + std::abs(low) * std::pow(10, part(draw) * 3);
    const std::vector<double> ticks = round_ticks(range(low, high), 8);
    SCOPED_TRACE(std::to_string(low) + " to " + std::to_string(high));
    ASSERT_GE(ticks.size(), 3u);
    ASSERT_LE(ticks.size(), 13u);
    const double step = ticks[1] - ticks[0], slack = 1e-6 * step;
    EXPECT_TRUE(is_round(step)) << step;
    EXPECT_GE(ticks.front(), low - slack);
    EXPECT_LE(ticks.back(), high + slack);
    EXPECT_LT(ticks.front() - step, low);
    EXPECT_GT(ticks.back() + step, high);
    for (const double tick : ticks) EXPECT_NEAR(tick / step, std::round(tick / step), 1e-3);
  }
}

TEST(Ticks, OfARangeThatIsRoundingAloneAreOne) {
  EXPECT_EQ(round_ticks(range(10, std::nextafter(10, 11)), 8), (std::vector<double>{10}));
  EXPECT_EQ(round_ticks(range(0, 0), 8), (std::vector<double>{0}));
}

TEST(Ticks, AreLabelledWithTheDigitsThatTellThemApart) {
  EXPECT_EQ(tick_labels({0, 2, 4}), (Labels{"0", "2", "4"}));
  EXPECT_EQ(tick_labels({-0.5, 0, 0.5}), (Labels{"−0.5", "0.0", "0.5"}));
  EXPECT_EQ(tick_labels({0.02, 0.04}), (Labels{"0.02", "0.04"}));
  EXPECT_EQ(tick_labels({-2e-8, 0, 2e-8}), (Labels{"−2e-08", "0", "2e-08"}));
  EXPECT_EQ(tick_labels({2e9, 4e9}), (Labels{"2e+09", "4e+09"}));
  EXPECT_EQ(tick_labels({10}), (Labels{"10"}));
}

TEST(Ticks, RoundBelowIsTheNextRoundNumber) {
  EXPECT_DOUBLE_EQ(round_below(11.6), 10);
  EXPECT_DOUBLE_EQ(round_below(4.9), 2);
  EXPECT_DOUBLE_EQ(round_below(5), 5);
  EXPECT_DOUBLE_EQ(round_below(0.07), 0.05);
}

TEST(ValueRange, LeavesOutWhatIsNotFinite) {
  ValueRange values;
  for (const double value : {std::nan(""), 3.0, HUGE_VAL, -1.0}) values.add(value);
  EXPECT_EQ(values.low, -1);
  EXPECT_EQ(values.high, 3);
}

TEST(ValueRange, OfOneValueLiesAroundIt) {
  EXPECT_EQ(range(4, 4).with_width().low, 2);
  EXPECT_EQ(range(4, 4).with_width().high, 6);
  EXPECT_EQ(range(0, 0).with_width().high, 0.5);
}

TEST(TimeTicks, AreYearsOverYears) {
  EXPECT_EQ(labels_of(range(1981.9, 1993.1), 12), (Labels{"1982", "1983", "1984", "1985", "1986", "1987",
                                                          "1988", "1989", "1990", "1991", "1992", "1993"}));
  EXPECT_EQ(labels_of(range(1900, 2000), 6), (Labels{"1900", "1920", "1940", "1960", "1980", "2000"}));
}

TEST(TimeTicks, AreMonthsWhereYearsAreTooFew) {
  EXPECT_EQ(labels_of(range(1982.0, 1983.0), 5),
            (Labels{"Jan 1982", "Apr 1982", "Jul 1982", "Oct 1982", "Jan 1983"}));
  EXPECT_EQ(labels_of(range(1981.95, 1983.6), 5), (Labels{"Jan 1982", "Jul 1982", "Jan 1983", "Jul 1983"}));
}

}  // namespace
