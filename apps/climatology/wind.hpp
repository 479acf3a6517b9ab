// wind.hpp: the wind as lazy arrays, and the lazy arrays that are computed from it.
// Runs on: rank 0; all ranks compute. Threads: one.
#pragma once

#include "settings.hpp"

#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

/// The input: time x latitude x longitude. Missing values are NaN.
struct Wind {
  bask::Array<double> u, v;
  std::vector<double> times, latitudes, longitudes;
  std::vector<std::string> dimensions;  ///< names of the axes: the file's, unless a result has the same name
  std::string units;                    ///< of u and v
  std::string time_units, calendar;
  std::vector<std::int64_t> months;  ///< the calendar month of each time: 1 to 12
  std::vector<double> years;         ///< 1980.5 is the middle of 1980
  double year_length = 0;            ///< in the units of times
};

/// Reads the description of the file and its coordinates, but not yet the wind. Throws: bask::Error when the
/// file does not fit.
Wind open_wind(const Settings& settings);

/// All arrays are lazy. NaN is left out of all results.
struct Climatology {
  bask::Array<double> speed;       ///< time x latitude x longitude
  bask::Array<double> speed_mean;  ///< of each calendar month: 12 x latitude x longitude
  bask::Array<double> speed_std;
  bask::Array<double> anomaly;               ///< from the mean of the calendar month
  bask::Array<double> trend;                 ///< by least squares, per year: latitude x longitude
  bask::Array<double> global_mean;           ///< by area: time
  bask::Array<double> mean, mean_u, mean_v;  ///< over all times: latitude x longitude
};
Climatology climatology_of(const Wind& wind);
