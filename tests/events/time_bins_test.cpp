#include <gtest/gtest.h>
#include <bask/events/time_bins.hpp>

#include <numeric>

namespace bask {
namespace {

struct Add {
  void operator()(int& into, int& more) const { into += more; }
};

TEST(TimeBins, ReachAsFarAsTheJobIsOld) {
  EXPECT_EQ(bin_level(-5), 0u);
  EXPECT_EQ(bin_level(255'999'999), 0u);
  EXPECT_EQ(bin_level(256'000'000), 1u);
  EXPECT_EQ(bin_at(256'000'000, 1), 128u);
  EXPECT_LT(bin_at(std::int64_t{100} * 24 * 3600 * 1'000'000'000,
                   bin_level(std::int64_t{100} * 24 * 3600 * 1'000'000'000)),
            kMostBins);
}

TEST(TimeBins, LoseNothingWhenTheyDouble) {
  BinSeries<int, Add> series;
  for (std::uint32_t bin = 0; bin < 256; ++bin) series.at(bin, 0) += 1;
  series.at(200, 3) += 5;
  EXPECT_EQ(series.level(), 3u);
  EXPECT_EQ(series.values()[200], 5);
  EXPECT_EQ(series.values()[0], 8);
  EXPECT_EQ(std::accumulate(series.values().begin(), series.values().end(), 0), 261);
}

TEST(TimeBins, TakeFinerBinsThanTheirOwn) {
  BinSeries<int, Add> series;
  series.at(10, 4) += 1;
  series.at(16 * 10 + 15, 0) += 1;
  EXPECT_EQ(series.values()[10], 2);
}

TEST(TimeBins, CoarsenForABinThatIsTooFar) {
  BinSeries<int, Add> series;
  series.at(kMostBins, 0) += 1;
  EXPECT_EQ(series.level(), 1u);
  EXPECT_EQ(series.values()[128], 1);
}

}  // namespace
}  // namespace bask
