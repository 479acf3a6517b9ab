#include "wind.hpp"

#include "field_axes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bask/core/error.hpp>
#include <bask/io/cf_time.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

using bask::Array;

namespace {

// The names of the datasets in the output, besides coordinates of the input.
constexpr std::array kResults{"month", "speed_mean", "speed_std", "anomaly", "trend", "global_mean"};

Array<double> vector(const std::vector<double>& values, std::int64_t chunk = -1) {
  return bask::from_array<double>(values, {static_cast<std::int64_t>(values.size())}, chunk);
}

struct Coordinate {
  std::vector<double> values;
  std::string units, calendar;
};
Coordinate coordinate(const bask::Hdf5Dataset& dataset, std::size_t axis) {
  const bask::Hdf5Dataset scale = bask::describe_hdf5(dataset.path, dataset.coordinates[axis]);
  const bask::NdArray<double> values = bask::from_hdf5<double>(dataset.path, scale.name).compute();
  return {{values.begin(), values.end()},
          bask::text_of(scale.attributes, "units"),
          bask::text_of(scale.attributes, "calendar")};
}

// The name of an axis in the output: that of the file, unless a result has the same name.
std::string output_name(const bask::Hdf5Dataset& dataset, std::size_t axis, const char* otherwise) {
  const std::string& scale = dataset.coordinates[axis];
  const std::string name = scale.substr(scale.rfind('/') + 1);
  return std::find(kResults.begin(), kResults.end(), name) == kResults.end() ? name : otherwise;
}

// The field as time x latitude x longitude, in blocks of whole maps, because results need whole months.
Array<double> read_field(const Settings& settings, const std::string& name, const bask::Hdf5Dataset& dataset,
                         const FieldAxes& axes) {
  const std::int64_t map = dataset.shape[axes.latitude] * dataset.shape[axes.longitude];
  bask::Shape blocks(dataset.shape.size(), -1);
  blocks[axes.time] =
      settings.chunk_months > 0 ? settings.chunk_months : std::max<std::int64_t>(1, (16 << 20) / (8 * map));
  bask::FromHdf5Options options;
  options.chunks = bask::ChunkSpec(blocks);
  const Array<double> field =
      bask::from_hdf5<double>(settings.input, name, options).transpose(axes.order(dataset.shape.size()));
  std::vector<std::int64_t> levels;
  for (std::size_t axis = 3; axis < dataset.shape.size(); ++axis)
    levels.push_back(static_cast<std::int64_t>(axis));
  return levels.empty() ? field : field.squeeze(levels);
}

void check_same_grid(const bask::Hdf5Dataset& u, const FieldAxes& of_u, const bask::Hdf5Dataset& v,
                     const FieldAxes& of_v) {
  const auto is_same = [&](std::size_t a, std::size_t b) {
    return u.coordinates[a] == v.coordinates[b] && u.shape[a] == v.shape[b];
  };
  if (is_same(of_u.time, of_v.time) && is_same(of_u.latitude, of_v.latitude) &&
      is_same(of_u.longitude, of_v.longitude)) {
    return;
  }
  throw bask::Error("climatology " + u.path,
                    fmt::format("{} lies on ({}) of shape {}, and {} on ({}) of shape {}", u.name,
                                fmt::join(u.dimensions, ", "), bask::text_of(u.shape), v.name,
                                fmt::join(v.dimensions, ", "), bask::text_of(v.shape)),
                    "give two datasets on one grid");
}

// Repeats the data. Each copy begins a whole number of years later, so that calendar months stay the same.
void replicate(Wind& wind, std::int64_t copies, std::int64_t year_steps) {
  const std::size_t once = wind.times.size();
  const double span = wind.years.back() - wind.years.front();
  const double years = std::ceil(span + 0.5 / static_cast<double>(year_steps));
  for (std::int64_t copy = 1; copy < copies; ++copy) {
    for (std::size_t k = 0; k < once; ++k) {
      const double later = static_cast<double>(copy) * years;
      wind.times.push_back(wind.times[k] + later * wind.year_length);
      wind.years.push_back(wind.years[k] + later);
      wind.months.push_back(wind.months[k]);
    }
  }
  wind.u = bask::tile(wind.u, {copies, 1, 1});
  wind.v = bask::tile(wind.v, {copies, 1, 1});
}

}  // namespace

Wind open_wind(const Settings& settings) {
  const bask::Hdf5Dataset u = bask::describe_hdf5(settings.input, settings.u);
  const bask::Hdf5Dataset v = bask::describe_hdf5(settings.input, settings.v);
  const FieldAxes of_u = field_axes_of(u), of_v = field_axes_of(v);
  check_same_grid(u, of_u, v, of_v);
  Wind wind;
  const Coordinate time = coordinate(u, of_u.time);
  wind.times = time.values;
  wind.time_units = time.units;
  wind.calendar = time.calendar;
  wind.latitudes = coordinate(u, of_u.latitude).values;
  wind.longitudes = coordinate(u, of_u.longitude).values;
  wind.dimensions = {output_name(u, of_u.time, "time"), output_name(u, of_u.latitude, "latitude"),
                     output_name(u, of_u.longitude, "longitude")};
  wind.units = bask::text_of(u.attributes, "units");
  const bask::CfTimes dates = bask::times_from_hdf5(u.path, u.coordinates[of_u.time]);
  wind.months = dates.month();
  wind.years = dates.decimal_year();
  const bask::CfTimeUnits units = bask::cf_time_units_of(wind.time_units, wind.calendar);
  wind.year_length = static_cast<double>(bask::mean_year_days(dates.calendar()) * 86400e6L / units.unit_us);
  wind.u = read_field(settings, settings.u, u, of_u);
  wind.v = read_field(settings, settings.v, v, of_v);
  if (settings.replicate > 1) replicate(wind, settings.replicate, 12);
  return wind;
}

Climatology climatology_of(const Wind& wind) {
  Climatology all;
  all.speed = sqrt(wind.u * wind.u + wind.v * wind.v);
  const auto by_month = bask::groupby(all.speed, wind.months, 0);
  all.speed_mean = by_month.mean({.skipna = true});
  all.speed_std = by_month.std({.skipna = true});

  std::vector<std::int64_t> place;  // the position of each time's month in by_month.labels()
  for (const std::int64_t month : wind.months) {
    place.push_back(std::lower_bound(by_month.labels().begin(), by_month.labels().end(), month) -
                    by_month.labels().begin());
  }
  all.anomaly = all.speed - bask::take(all.speed_mean, place, 0);

  // slope = Σ w t s / Σ w t². t: years since the mean time of the values that are there; w: 1 where a value
  // is there, else 0; s: the value.
  const Array<double> there = (!isnan(all.speed)).astype<double>();
  const Array<double> values = where(isnan(all.speed), 0.0, all.speed);
  const double middle =
      std::accumulate(wind.years.begin(), wind.years.end(), 0.0) / static_cast<double>(wind.years.size());
  std::vector<double> years = wind.years;
  for (double& year : years) year -= middle;
  const Array<double> t = vector(years)(bask::Slice{}, bask::newaxis, bask::newaxis);
  const Array<double> count = there.sum(0), mean_t = (there * t).sum(0) / count,
                      mean_s = values.sum(0) / count;
  const Array<double> from_mean = (t - mean_t) * there;
  const Array<double> slope = (from_mean * (values - mean_s)).sum(0) / (from_mean * from_mean).sum(0);
  all.trend = where(count > 1.0, slope, std::nan(""));

  std::vector<double> weights;
  for (const double latitude : wind.latitudes) weights.push_back(std::cos(latitude * std::acos(-1.0) / 180));
  const Array<double> area = vector(weights)(bask::newaxis, bask::Slice{}, bask::newaxis);
  all.global_mean = (values * area).sum({1, 2}) / (there * area).sum({1, 2});

  all.mean = bask::nanmean(all.speed, 0);
  all.mean_u = bask::nanmean(wind.u, 0);
  all.mean_v = bask::nanmean(wind.v, 0);
  return all;
}
