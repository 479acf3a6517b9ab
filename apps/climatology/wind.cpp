#include "wind.hpp"

#include <bask/core/error.hpp>

#include <cmath>
#include <numeric>

using bask::Array;

namespace {

Array<double> vector(const std::vector<double>& values, std::int64_t chunk = -1) {
  return bask::from_array<double>(values, {static_cast<std::int64_t>(values.size())}, chunk);
}

// The coordinates of an axis, or none when the file has none.
std::vector<double> coordinates(const bask::Hdf5Dataset& dataset, std::size_t axis, std::string& units,
                                std::string& calendar) {
  if (dataset.coordinates[axis].empty()) {
    throw bask::Error("climatology " + dataset.path + " " + dataset.name,
                      "axis " + std::to_string(axis) + " has no coordinates",
                      "give a file whose dimensions time, latitude and longitude have coordinates");
  }
  const bask::Hdf5Dataset scale = bask::describe_hdf5(dataset.path, dataset.coordinates[axis]);
  units = bask::text_of(scale.attributes, "units");
  calendar = bask::text_of(scale.attributes, "calendar");
  const bask::NdArray<double> values = bask::from_hdf5<double>(dataset.path, scale.name).compute();
  return {values.begin(), values.end()};
}

std::string base_name(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

// The same data again and again: each copy begins whole years later, so that months stay months.
void replicate(Wind& wind, std::int64_t copies, std::int64_t year_steps) {
  const std::size_t once = wind.times.size();
  const double span = wind.months.years.back() - wind.months.years.front();
  const double years = std::ceil(span + 0.5 / static_cast<double>(year_steps));
  for (std::int64_t copy = 1; copy < copies; ++copy) {
    for (std::size_t k = 0; k < once; ++k) {
      const double later = static_cast<double>(copy) * years;
      wind.times.push_back(wind.times[k] + later * wind.months.year_length);
      wind.months.years.push_back(wind.months.years[k] + later);
      wind.months.month.push_back(wind.months.month[k]);
    }
  }
  wind.u = bask::tile(wind.u, {copies, 1, 1});
  wind.v = bask::tile(wind.v, {copies, 1, 1});
}

}  // namespace

Wind open_wind(const Settings& settings) {
  const bask::Hdf5Dataset u = bask::describe_hdf5(settings.input, settings.u);
  const bask::Hdf5Dataset v = bask::describe_hdf5(settings.input, settings.v);
  if (u.shape.size() != 3 || v.shape != u.shape) {
    throw bask::Error(
        "climatology " + settings.input,
        u.name + " has shape " + bask::text_of(u.shape) + " and " + v.name + " " + bask::text_of(v.shape),
        "give two datasets of one shape, time x latitude x longitude");
  }
  Wind wind;
  std::string unused;
  wind.times = coordinates(u, 0, wind.time_units, wind.calendar);
  wind.latitudes = coordinates(u, 1, unused, unused);
  wind.longitudes = coordinates(u, 2, unused, unused);
  for (const std::string& scale : u.coordinates) wind.dimensions.push_back(base_name(scale));
  wind.units = bask::text_of(u.attributes, "units");
  wind.months = months_of(wind.times, wind.time_units, wind.calendar);
  // Blocks of whole maps: a month is needed whole.
  const std::int64_t steps = settings.chunk_months > 0
                                 ? settings.chunk_months
                                 : std::max<std::int64_t>(1, (16 << 20) / (8 * u.shape[1] * u.shape[2]));
  bask::FromHdf5Options options;
  options.chunks = bask::ChunkSpec{steps, -1, -1};
  wind.u = bask::from_hdf5<double>(settings.input, settings.u, options);
  wind.v = bask::from_hdf5<double>(settings.input, settings.v, options);
  if (settings.replicate > 1) replicate(wind, settings.replicate, 12);
  return wind;
}

Climatology climatology_of(const Wind& wind) {
  Climatology all;
  all.speed = sqrt(wind.u * wind.u + wind.v * wind.v);
  const auto by_month = bask::groupby(all.speed, wind.months.month, 0);
  all.speed_mean = by_month.mean({.skipna = true});
  all.speed_std = by_month.std({.skipna = true});

  std::vector<std::int64_t> place;  // of each time's month among the months there are
  for (const std::int64_t month : wind.months.month) {
    place.push_back(std::lower_bound(by_month.labels().begin(), by_month.labels().end(), month) -
                    by_month.labels().begin());
  }
  all.anomaly = all.speed - bask::take(all.speed_mean, place, 0);

  // slope = Σ w t s / Σ w t², t being years from the mean time of the values that are there, which is found
  // first.
  const Array<double> there = (!isnan(all.speed)).astype<double>();
  const Array<double> values = where(isnan(all.speed), 0.0, all.speed);
  const double middle = std::accumulate(wind.months.years.begin(), wind.months.years.end(), 0.0) /
                        static_cast<double>(wind.months.years.size());
  std::vector<double> years = wind.months.years;
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
