// The cell of a grid at each place: compared with a search for the nearest centre, all around the globe.
#include <gtest/gtest.h>

#include <bask/core/error.hpp>
#include <climatology/cell_axis.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::size_t index_at(const CellAxis& axis, double coordinate) {
  return axis.at(coordinate).value_or(kNone);
}

double turn_between(double a, double b) {
  return std::abs(std::remainder(a - b, 360));
}

std::vector<double> evenly(double first, double step, int count) {
  std::vector<double> values;
  for (int k = 0; k < count; ++k) values.push_back(first + step * k);
  return values;
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const bask::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(CellAxis, GivesEachLongitudeToTheNearestCentreWhereverTheMapAndTheDataBegin) {
  const std::vector<std::vector<double>> grids{evenly(0, 2.5, 144),
                                               evenly(-180, 2.5, 144),
                                               evenly(20, 2.5, 144),
                                               evenly(358.75, -2.5, 144),
                                               {0, 10, 30, 70, 120, 160, 200, 245, 290, 330},
                                               {170, -170, -120, -60, 0, 60, 120}};
  for (const std::vector<double>& longitudes : grids) {
    for (const double west : {-180.0, 0.0, 20.0, -30.3}) {
      const CellAxis axis = longitude_cells(longitudes, west);
      for (double at = west + 0.0123; at < west + 360; at += 0.71) {
        const std::size_t found = index_at(axis, at);
        ASSERT_LT(found, longitudes.size()) << at << " from " << west;
        double nearest = 360;
        for (const double longitude : longitudes) nearest = std::min(nearest, turn_between(longitude, at));
        ASSERT_NEAR(turn_between(longitudes[found], at), nearest, 1e-9) << at << " from " << west;
      }
    }
  }
}

TEST(CellAxis, EndsWhereTheDataOfARegionEnd) {
  const CellAxis axis = longitude_cells(evenly(350, 5, 8), -180);  // 10°W to 25°E
  EXPECT_EQ(index_at(axis, -12.6), kNone);
  EXPECT_EQ(index_at(axis, -12.4), 0u);
  EXPECT_EQ(index_at(axis, 0), 2u);
  EXPECT_EQ(index_at(axis, 27.4), 7u);
  EXPECT_EQ(index_at(axis, 27.6), kNone);
}

TEST(CellAxis, CountsACyclicLongitudeOnce) {
  const CellAxis axis = longitude_cells(evenly(0, 30, 13), -180);  // 0° and 360°
  EXPECT_EQ(index_at(axis, 3), 0u);
  EXPECT_EQ(index_at(axis, -3), 0u);
  EXPECT_EQ(index_at(axis, -16), 11u);
}

TEST(CellAxis, OfOneLongitudeGoesAroundTheGlobe) {
  const CellAxis axis = longitude_cells(evenly(77, 0, 1), -180);
  for (const double at : {-179.0, 0.0, 179.0}) EXPECT_EQ(index_at(axis, at), 0u);
}

TEST(CellAxis, OfLatitudesGoesFromPoleToPoleInEitherDirection) {
  const std::vector<double> up{-90, -45, 0, 30, 90}, down(up.rbegin(), up.rend());
  const CellAxis upwards = latitude_cells(up), downwards = latitude_cells(down);
  for (double at = -90; at <= 90; at += 0.7) {
    ASSERT_NE(index_at(upwards, at), kNone) << at;
    EXPECT_EQ(up[index_at(upwards, at)], down[index_at(downwards, at)]) << at;
  }
  EXPECT_EQ(index_at(upwards, 14.9), 2u);
  EXPECT_EQ(index_at(upwards, 15.1), 3u);
  EXPECT_EQ(upwards.cells.front().low, -90);
  EXPECT_EQ(upwards.cells.back().high, 90);
  EXPECT_EQ(index_at(latitude_cells(evenly(10, 5, 3)), 7.4), kNone);
}

TEST(CellAxis, RefusesCoordinatesThatAreNotOnTheGlobe) {
  EXPECT_EQ(
      message_of([] { latitude_cells(evenly(0, 50, 3)); }),
      "map: there are latitudes outside of -90 to 90; give latitudes in degrees north, and none missing");
  EXPECT_EQ(
      message_of([] {
        latitude_cells(std::vector<double>{0, std::nan("")});
      }),
      "map: there are latitudes outside of -90 to 90; give latitudes in degrees north, and none missing");
  EXPECT_EQ(message_of([] {
              latitude_cells(std::vector<double>{0, 20, 10});
            }),
            "map: latitudes go up and down, or repeat; give latitudes that only ascend or only descend");
  EXPECT_EQ(message_of([] {
              longitude_cells(std::vector<double>{0, std::nan("")}, 0);
            }),
            "map: longitude 1 is nan; give longitudes in degrees east");
}

}  // namespace
