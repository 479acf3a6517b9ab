// field_axes.hpp: which axis of a dataset is which, by what its file says of them and not by their order.
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

  /// Time, latitude and longitude first, then what there is besides.
  std::vector<std::int64_t> order(std::size_t axes) const;
};

/// By the coordinates' standard names and units ("days since …", degrees_north); where they have none, by
/// their axis attribute (T, Y, X) or their names (time, lat, longitude). Throws: bask::Error when one of the
/// three is not there, there twice, or empty; or when another axis (a level) is longer than 1.
FieldAxes field_axes_of(const bask::Hdf5Dataset& dataset);
