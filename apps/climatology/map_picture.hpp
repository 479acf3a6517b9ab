// map_picture.hpp: a field on the globe as a map: one box of colour per cell, arrows for the wind, a scale.
// Runs on: rank 0. Threads: any.
#pragma once

#include "ticks.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>

struct MapPicture {
  std::string title;
  std::string units;                   ///< of the values and of the arrows
  std::string source;                  ///< the line below the map
  std::span<const double> values;      ///< latitude x longitude, NaN where missing
  std::span<const double> latitudes;   ///< degrees north, ascending or descending
  std::span<const double> longitudes;  ///< degrees east, in any turn: 0 to 360, -180 to 180, 20 to 377.5
  std::span<const double> eastward = {}, northward = {};  ///< of arrows; none when empty
  std::optional<ValueRange> range = {};  ///< of the colours; by default from the least to the greatest value
  double west = -180;                    ///< the longitude of the map's left edge
};

/// Draws an equirectangular map, `width_px` wide and about half as high. A map without any value says so.
/// Throws: bask::Error when sizes do not fit, a coordinate is not on the globe, or the file is not writable.
void draw_map(const MapPicture& map, const std::filesystem::path& png, int width_px = 1600);
