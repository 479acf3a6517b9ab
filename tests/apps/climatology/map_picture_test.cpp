// Maps, read back: the colour of known places.
#include <gtest/gtest.h>

#include <climatology/map_picture.hpp>

#ifdef CLIMATOLOGY_WITH_CAIRO

#include "picture_file.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr int kWidth = 480;

const Rgb kGrey{219, 219, 219};

// The colour of a place on a map that begins at longitude `west`. Margins are in 1600ths of the width.
Rgb color_at(const PictureFile& picture, double longitude, double latitude, double west = -180) {
  const double unit = picture.width() / 1600.0;
  const double left = 90 * unit, right = picture.width() - 170 * unit, top = 90 * unit;
  return picture.at(left + (longitude - west) / 360 * (right - left),
                    top + (90 - latitude) / 360 * (right - left));
}

Rgb expected(double part) {
  return rgb_of(color_of(part));
}

// Six cells: three longitudes at two latitudes, with values 0 to 5 from the south-west corner on.
struct Field {
  std::vector<double> latitudes{-45, 45};
  std::vector<double> longitudes{-120, 0, 120};
  std::vector<double> values{0, 1, 2, 3, 4, 5};

  MapPicture picture() const {
    return {.title = "Title",
            .units = "m/s",
            .source = "source",
            .values = values,
            .latitudes = latitudes,
            .longitudes = longitudes};
  }
};

using MapPictureTest = PictureTest;

const Field kField;

// Checks the colours of places away from edges and from the graticule.
void expect_cells_in_place(const PictureFile& picture, double west = -180) {
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) {
      double longitude = -120 + 120 * column + 10;
      if (longitude < west) longitude += 360;
      EXPECT_TRUE(is_near(color_at(picture, longitude, row == 0 ? -40 : 40, west),
                          expected((3 * row + column) / 5.0)))
          << "row " << row << ", column " << column;
    }
  }
}

TEST_F(MapPictureTest, HasTheSizeAskedForAndEachCellItsColour) {
  draw_map(kField.picture(), path("map.png"), kWidth);
  const PictureFile picture(path("map.png"));
  EXPECT_EQ(picture.width(), kWidth);
  EXPECT_NEAR(picture.height(), kWidth * 860 / 1600, 1);
  EXPECT_EQ(picture.at(1, 1), (Rgb{255, 255, 255}));
  expect_cells_in_place(picture);
}

TEST_F(MapPictureTest, IsTheSameWhicheverWayCoordinatesRun) {
  Field flipped{{45, -45}, {-120, 0, 120}, {3, 4, 5, 0, 1, 2}};
  draw_map(flipped.picture(), path("flipped.png"), kWidth);
  expect_cells_in_place(PictureFile(path("flipped.png")));
  Field turned{{-45, 45}, {0, 120, 240}, {1, 2, 0, 4, 5, 3}};
  draw_map(turned.picture(), path("turned.png"), kWidth);
  expect_cells_in_place(PictureFile(path("turned.png")));
}

TEST_F(MapPictureTest, BeginsAtTheLongitudeAskedFor) {
  MapPicture map = kField.picture();
  map.west = 20;
  draw_map(map, path("map.png"), kWidth);
  expect_cells_in_place(PictureFile(path("map.png")), 20);
}

TEST_F(MapPictureTest, ShowsMissingCellsInGreyAndSaysSoBesideTheMap) {
  Field field;
  draw_map(field.picture(), path("whole.png"), kWidth);
  field.values[4] = kMissing;
  draw_map(field.picture(), path("holes.png"), kWidth);
  const PictureFile whole(path("whole.png")), holes(path("holes.png"));
  EXPECT_TRUE(is_near(color_at(holes, 10, 40), kGrey));
  EXPECT_FALSE(is_near(color_at(holes, 10, -40), kGrey));
  const double unit = kWidth / 1600.0, x = kWidth - 126 * unit, y = holes.height() - 114 * unit;
  EXPECT_TRUE(is_near(holes.at(x, y), kGrey));
  EXPECT_FALSE(is_near(whole.at(x, y), kGrey));
}

TEST_F(MapPictureTest, LeavesGreyWhatLiesBesideTheDataOfARegion) {
  Field field{{10, 20}, {0, 10, 20}, {0, 1, 2, 3, 4, 5}};
  draw_map(field.picture(), path("map.png"), kWidth);
  const PictureFile picture(path("map.png"));
  EXPECT_TRUE(is_near(color_at(picture, 10, 20), expected(4 / 5.0)));
  for (const double longitude : {-100.0, -10.0, 40.0, 170.0})
    EXPECT_TRUE(is_near(color_at(picture, longitude, 20), kGrey)) << longitude;
  EXPECT_TRUE(is_near(color_at(picture, 10, 40), kGrey));
}

TEST_F(MapPictureTest, HasTheColoursOfTheRangeAskedFor) {
  MapPicture map = kField.picture();
  map.range = ValueRange{2, 3};
  draw_map(map, path("map.png"), kWidth);
  const PictureFile picture(path("map.png"));
  EXPECT_TRUE(is_near(color_at(picture, -110, -40), expected(0)));
  EXPECT_TRUE(is_near(color_at(picture, 130, -40), expected(0)));
  EXPECT_TRUE(is_near(color_at(picture, -110, 40), expected(1)));
  EXPECT_TRUE(is_near(color_at(picture, 130, 40), expected(1)));
}

TEST_F(MapPictureTest, DrawsOneValueAndNoValue) {
  Field field;
  field.values.assign(6, 10 + 1e-15);
  draw_map(field.picture(), path("one.png"), kWidth);
  EXPECT_TRUE(is_near(color_at(PictureFile(path("one.png")), 10, 40), expected(0.5)));
  field.values.assign(6, kMissing);
  draw_map(field.picture(), path("none.png"), kWidth);
  const PictureFile picture(path("none.png"));
  EXPECT_TRUE(is_near(color_at(picture, 70, -40), kGrey));
  EXPECT_GT(picture.count({89, 89, 89}), 30) << "the words 'no data' in dark grey";
}

TEST_F(MapPictureTest, DrawsArrowsWhereThereIsWindAndNoneWhereItIsMissing) {
  Field field;
  field.latitudes = {-80, -40, 0, 40, 80};
  field.longitudes = {0, 90, 180, 270};
  field.values.assign(20, 1);
  std::vector<double> east(20, 5), north(20, 0);
  MapPicture map = field.picture();
  draw_map(map, path("plain.png"));
  map.eastward = east;
  map.northward = north;
  draw_map(map, path("arrows.png"));
  east.assign(20, kMissing);
  draw_map(map, path("missing.png"));
  const int plain = PictureFile(path("plain.png")).count({0, 0, 0});
  EXPECT_GT(PictureFile(path("arrows.png")).count({0, 0, 0}), plain + 400);
  EXPECT_EQ(PictureFile(path("missing.png")).count({0, 0, 0}), plain);
}

TEST_F(MapPictureTest, TakesWordsOfAnyLengthAndAnyBytes) {
  MapPicture map = kField.picture();
  map.title = std::string(2000, 'W');
  map.units =
      "\xB0"
      "C\xFF\n";
  map.source = std::string(2000, '\xE4');
  draw_map(map, path("map.png"), kWidth);
  const PictureFile picture(path("map.png"));
  expect_cells_in_place(picture);
  for (int y = 0; y < 20; ++y) EXPECT_EQ(picture.at(picture.width() - 2, y), (Rgb{255, 255, 255}));
}

TEST_F(MapPictureTest, RefusesSizesThatDoNotFit) {
  MapPicture map = kField.picture();
  map.values = map.values.first(5);
  EXPECT_EQ(message_of([&] { draw_map(map, path("map.png")); }),
            "map: 5 values are given for 2 latitudes and 3 longitudes; give one value for each cell, and one "
            "cell at least");
  map = kField.picture();
  map.eastward = map.values;
  EXPECT_EQ(message_of([&] { draw_map(map, path("map.png")); }),
            "map: 6 components of arrows are given for 2 latitudes and 3 longitudes; give one value for each "
            "cell, and "
            "one cell at least");
  EXPECT_EQ(message_of([&] { draw_map({}, path("map.png")); }),
            "map: 0 values are given for 0 latitudes and 0 longitudes; give one value for each cell, and one "
            "cell at least");
  EXPECT_FALSE(std::filesystem::exists(path("map.png")));
}

TEST_F(MapPictureTest, RefusesARangeWithoutWidthAndASizeWithoutRoom) {
  MapPicture map = kField.picture();
  map.range = ValueRange{3, 3};
  EXPECT_EQ(message_of([&] { draw_map(map, path("map.png")); }),
            "map: colours from 3 to 3; give a range whose high end is above its low one");
  map.range.reset();
  EXPECT_NE(message_of([&] {
              draw_map(map, path("map.png"), 20);
            }).find("pixels cannot be made; ask for one of 200"),
            std::string::npos);
}

TEST_F(MapPictureTest, LeavesTheOldFileWhenItCannotWrite) {
  const MapPicture map = kField.picture();
  EXPECT_NE(message_of([&] { draw_map(map, path("nowhere/map.png"), kWidth); }).find("there is no directory"),
            std::string::npos);
  std::filesystem::create_directories(path("map.png/full"));
  EXPECT_NE(message_of([&] { draw_map(map, path("map.png"), kWidth); }).find("cannot write"),
            std::string::npos);
  std::filesystem::remove_all(path("map.png"));
  std::ofstream(path("map.png")) << "old";
  draw_map(map, path("map.png"), kWidth);
  EXPECT_EQ(PictureFile(path("map.png")).width(), kWidth);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("map.png").parent_path()), {}), 1)
      << "nothing is left beside it";
}

}  // namespace

#else

#include <bask/core/error.hpp>

#include <vector>

TEST(MapPicture, SaysThatThisBuildHasNoPictures) {
  const std::vector<double> one{0};
  MapPicture map;
  map.values = map.latitudes = map.longitudes = one;
  EXPECT_THROW(draw_map(map, "map.png"), bask::Error);
}

#endif
