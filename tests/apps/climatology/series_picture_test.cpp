// Series, read back: which lines are drawn, where they lie, and which series are refused.
#include <gtest/gtest.h>

#include <climatology/series_picture.hpp>

#ifdef CLIMATOLOGY_WITH_CAIRO

#include "picture_file.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr int kSeriesWidth = 1600, kHeight = 700;

using SeriesPictureTest = PictureTest;

std::vector<double> years(int count) {
  std::vector<double> times;
  for (int k = 0; k < count; ++k) times.push_back(1980 + (k + 0.5) / 12);
  return times;
}

SeriesPicture flat(int count, double value) {
  return {.title = "Title",
          .units = "m/s",
          .source = "source",
          .lines = {{"monthly", years(count), std::vector<double>(static_cast<std::size_t>(count), value)}}};
}

// Pixels of line k in the plot alone, below the legend.
int pixels_of_line(const PictureFile& picture, std::size_t k, int top = 95) {
  int found = 0;
  for (int y = top; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x)
      found += is_near(picture.at(x, y), rgb_of(line_color(k))) ? 1 : 0;
  }
  return found;
}

TEST_F(SeriesPictureTest, HasTheSizeAskedForAndALineAcross) {
  draw_series(flat(120, 4), path("series.png"), kSeriesWidth, kHeight);
  const PictureFile picture(path("series.png"));
  EXPECT_EQ(picture.width(), kSeriesWidth);
  EXPECT_EQ(picture.height(), kHeight);
  EXPECT_GT(pixels_of_line(picture, 0), kSeriesWidth / 2);
}

TEST_F(SeriesPictureTest, PutsHigherValuesHigher) {
  SeriesPicture series = flat(24, 1);
  series.lines.push_back({"above", years(24), std::vector<double>(24, 2)});
  draw_series(series, path("series.png"), kSeriesWidth, kHeight);
  const PictureFile picture(path("series.png"));
  const auto row_of = [&](std::size_t k) {
    for (int y = 95; y < picture.height(); ++y)
      if (is_near(picture.at(kSeriesWidth / 2, y), rgb_of(line_color(k)))) return y;
    return -1;
  };
  EXPECT_GT(row_of(1), 0);
  EXPECT_GT(row_of(0), row_of(1) + 100);
}

TEST_F(SeriesPictureTest, InterruptsALineWhereAValueIsMissing) {
  SeriesPicture series = flat(101, 4);
  draw_series(series, path("whole.png"), kSeriesWidth, kHeight);
  for (std::size_t k = 30; k < 71; ++k) series.lines[0].values[k] = kGap;
  draw_series(series, path("gap.png"), kSeriesWidth, kHeight);
  const double whole = pixels_of_line(PictureFile(path("whole.png")), 0),
               gap = pixels_of_line(PictureFile(path("gap.png")), 0);
  EXPECT_NEAR(gap / whole, 0.58, 0.03);
}

TEST_F(SeriesPictureTest, ShowsAValueBetweenMissingOnes) {
  SeriesPicture series = flat(9, 4);
  for (std::size_t k = 0; k < 9; k += 2) series.lines[0].values[k] = kGap;
  draw_series(series, path("series.png"), kSeriesWidth, kHeight);
  EXPECT_GE(pixels_of_line(PictureFile(path("series.png")), 0), 4 * 4);
}

TEST_F(SeriesPictureTest, DrawsBandsUnderLinesAndTrendsInsideOfThePlot) {
  SeriesPicture series = flat(120, 4);
  series.bands = {{"spread", years(120), std::vector<double>(120, 3), std::vector<double>(120, 5)}};
  series.trends = {{"trend", 1985, 4, 0.5}};
  draw_series(series, path("series.png"), kSeriesWidth, kHeight);
  const PictureFile picture(path("series.png"));
  const Color color = line_color(0);
  const auto mixed = [](double part) { return 0.22 * part + 0.78; };
  EXPECT_GT(picture.count(rgb_of({mixed(color.red), mixed(color.green), mixed(color.blue)})),
            kSeriesWidth * kHeight / 12);
  EXPECT_GT(pixels_of_line(picture, 0), kSeriesWidth / 3);
  EXPECT_GT(pixels_of_line(picture, 1), 100);
}

TEST_F(SeriesPictureTest, DrawsALegendOfManyLinesAboveThePlot) {
  SeriesPicture series = flat(24, 4);
  for (int k = 0; k < 12; ++k)
    series.lines.push_back({"a line with a name of some length", years(24), std::vector<double>(24, 4)});
  draw_series(series, path("series.png"), kSeriesWidth, kHeight);
  const PictureFile picture(path("series.png"));
  EXPECT_GT(pixels_of_line(picture, 4, 0), 0) << "covered in the plot, but not in the legend";
}

TEST_F(SeriesPictureTest, DrawsOneValueAndNoValue) {
  draw_series(flat(1, 7), path("one.png"), kSeriesWidth, kHeight);
  EXPECT_GE(pixels_of_line(PictureFile(path("one.png")), 0), 4);
  draw_series(flat(12, kGap), path("none.png"), kSeriesWidth, kHeight);
  const PictureFile none(path("none.png"));
  EXPECT_EQ(pixels_of_line(none, 0), 0);
  EXPECT_GT(none.count({89, 89, 89}), 60) << "the words 'no data' in dark grey";
  draw_series({}, path("empty.png"), kSeriesWidth, kHeight);
  EXPECT_GT(PictureFile(path("empty.png")).count({89, 89, 89}), 60);
}

TEST_F(SeriesPictureTest, RefusesSizesThatDoNotFit) {
  SeriesPicture series = flat(12, 4);
  series.lines[0].values.pop_back();
  EXPECT_EQ(message_of([&] { draw_series(series, path("series.png")); }),
            "series: 'monthly' has 12 times and 11 values; give one value for each time");
  series = flat(12, 4);
  series.bands = {{"spread", years(12), std::vector<double>(12, 1), {}}};
  EXPECT_EQ(message_of([&] { draw_series(series, path("series.png")); }),
            "series: 'spread' has 12 times and 0 values; give one value for each time");
  EXPECT_FALSE(std::filesystem::exists(path("series.png")));
}

TEST_F(SeriesPictureTest, RefusesAFolderThatIsNotThere) {
  EXPECT_NE(message_of([&] {
              draw_series(flat(12, 4), path("nowhere/series.png"), kSeriesWidth, kHeight);
            }).find("there is no directory"),
            std::string::npos);
}

}  // namespace

#else

#include <bask/core/error.hpp>

TEST(SeriesPicture, SaysThatThisBuildHasNoPictures) {
  EXPECT_THROW(draw_series(SeriesPicture{}, "series.png"), bask::Error);
}

#endif
