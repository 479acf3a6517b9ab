// The colours of maps and lines, measured from their values on a screen.
#include <gtest/gtest.h>

#include <climatology/color_map.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

double linear(double srgb) {
  return srgb <= 0.04045 ? srgb / 12.92 : std::pow((srgb + 0.055) / 1.055, 2.4);
}

// CIE's L*, from luminance alone.
double lightness(Color color) {
  const double luminance =
      0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
  return luminance > 216.0 / 24389 ? 116 * std::cbrt(luminance) - 16 : luminance * 24389 / 27;
}

TEST(ColorMap, GrowsLighterFromDarkToLightInEvenSteps) {
  constexpr int kSteps = 64;
  double least = 100, most = 0;
  for (int k = 0; k < kSteps; ++k) {
    const double step =
        lightness(color_of((k + 1.0) / kSteps)) - lightness(color_of(static_cast<double>(k) / kSteps));
    least = std::min(least, step);
    most = std::max(most, step);
  }
  EXPECT_GT(least, 0);
  EXPECT_LT(most / least, 2);  // the map is even in Oklab's lightness, which differs from CIE's
  EXPECT_LT(lightness(color_of(0)), 20);
  EXPECT_GT(lightness(color_of(1)), 90);
}

TEST(ColorMap, IsNowhereCutOffByWhatScreensShow) {
  for (int k = 0; k <= 1000; ++k) {
    const Color color = color_of(k / 1000.0);
    for (const double channel : {color.red, color.green, color.blue}) {
      EXPECT_GT(channel, 0) << "at " << k / 1000.0;
      EXPECT_LT(channel, 1) << "at " << k / 1000.0;
    }
  }
}

TEST(ColorMap, GoesFromBlueOverGreenToYellow) {
  const Color low = color_of(0), middle = color_of(0.6), high = color_of(1);
  EXPECT_GT(low.blue, std::max(low.red, low.green));
  EXPECT_GT(middle.green, std::max(middle.red, middle.blue));
  EXPECT_GT(std::min(high.red, high.green), 2 * high.blue);
}

TEST(ColorMap, TakesTheNearerEndForWhatLiesOutside) {
  EXPECT_EQ(color_of(-3).green, color_of(0).green);
  EXPECT_EQ(color_of(7).green, color_of(1).green);
}

TEST(LineColors, DifferFromTheirNeighboursInGreyToo) {
  for (std::size_t k = 0; k < 8; ++k) {
    EXPECT_GT(std::abs(lightness(line_color(k)) - lightness(line_color(k + 1))), 4) << "line " << k;
    EXPECT_LT(lightness(line_color(k)), 75) << "line " << k << " fades into the page";
  }
}

}  // namespace
