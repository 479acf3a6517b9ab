// wind.hpp: the wind as lazy arrays, and what is computed of it.
// Runs on: rank 0 says what, the ranks compute. Threads: one.
#pragma once

#include "settings.hpp"

#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

/// The input: time x latitude x longitude. Missing values are NaN.
struct Wind {
  bask::Array<double> u, v;
  std::vector<double> times, latitudes, longitudes;
  std::vector<std::string> dimensions;  ///< names of the axes: the file's, unless a result has such a name
  std::string units;                    ///< of u and v
  std::string time_units, calendar;
  std::vector<std::int64_t> months;  ///< of each time: 1 to 12
  std::vector<double> years;         ///< 1980.5 is the middle of 1980
  double year_length = 0;            ///< in the units of times
};

/// Looks at the file; the wind itself is not read yet. Throws: bask::Error when it is not as it must be.
Wind open_wind(const Settings& settings);

/// All lazy. NaN is left out everywhere.
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
