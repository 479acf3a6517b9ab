// series_picture.hpp: values over time as lines, bands around them, and straight trends.
// Runs on: rank 0. Threads: any.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

struct SeriesLine {
  std::string name;
  std::vector<double> times;   ///< in years: 1980.5
  std::vector<double> values;  ///< a NaN interrupts the line
  bool dashed = false;
};

/// The area between two lines, such as a mean minus and plus a standard deviation.
struct SeriesBand {
  std::string name;
  std::vector<double> times;
  std::vector<double> low, high;
};

/// A trend, drawn from the first time to the last.
struct StraightLine {
  std::string name;
  double time = 0, value = 0;  ///< a point it passes through
  double slope = 0;            ///< per year
};

struct SeriesPicture {
  std::string title;
  std::string units;   ///< the label of the vertical axis
  std::string source;  ///< the line of text below the picture
  std::vector<SeriesLine> lines;
  std::vector<SeriesBand> bands = {};
  std::vector<StraightLine> trends = {};
};

/// Draws the picture. A picture without any value says so.
/// Throws: bask::Error when sizes do not fit, or the file cannot be written.
void draw_series(const SeriesPicture& series, const std::filesystem::path& png, int width_px = 1600,
                 int height_px = 700);
