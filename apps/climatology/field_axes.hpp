// field_axes.hpp: which axes of a dataset are time, latitude and longitude, by what its file says of them.
// Runs on: rank 0. Threads: any.
// Source: CF 1.8, chapter 4 "Coordinate Types".
#pragma once

#include <bask/io/hdf5_dataset.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// The axes of a field on a globe over time.
struct FieldAxes {
  std::size_t time = 0, latitude = 0, longitude = 0;

  /// The order time, latitude, longitude, then all others. `axes`: the number of axes.
  std::vector<std::int64_t> order(std::size_t axes) const;
};

/// Finds the axes by the coordinates' standard names and units ("days since …", degrees_north); where they
/// have none, by the attribute `axis` (T, Y, X) or by name (time, lat, longitude). Throws: bask::Error when
/// one of the three axes is missing, exists twice, or is empty; or when another axis (a level) is longer
/// than 1.
FieldAxes field_axes_of(const bask::Hdf5Dataset& dataset);
