// climatology: computes from a file of monthly winds the means of the calendar months, anomalies and trends.
//
//   climatology monthly_navy_winds.nc                     a thread per core
//   mpirun -n 3 climatology winds.nc --u uwnd --v vwnd    three ranks, and other names of the datasets
//   climatology winds.nc --replicate 100                  a hundred times the data
//
// Writes climatology.h5 (which xarray opens), wind_map.png and wind_series.png, and prints a summary.
#include "map_picture.hpp"
#include "series_picture.hpp"
#include "settings.hpp"
#include "wind.hpp"

#include <bask/bask.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace {

using bask::NdArray;

bask::Array<double> vector(const std::vector<double>& values) {
  return bask::from_array<double>(values, {static_cast<std::int64_t>(values.size())});
}

bask::Hdf5Store results_file(const Settings& settings, const Wind& wind, const Climatology& all,
                             const std::vector<std::int64_t>& months) {
  const std::string time = wind.dimensions[0], latitude = wind.dimensions[1], longitude = wind.dimensions[2];
  const std::string per_year = wind.units + " / year";
  const auto how = [](std::string units, std::string name, std::vector<std::string> dimensions,
                      std::string standard = {}) {
    bask::ToHdf5Options options{
        .units = std::move(units), .long_name = std::move(name), .dimensions = std::move(dimensions)};
    if (!standard.empty()) options.attributes.emplace_back("standard_name", standard);
    return options;
  };
  bask::ToHdf5Options times = how(wind.time_units, "time", {time}, "time");
  if (!wind.calendar.empty()) times.attributes.emplace_back("calendar", wind.calendar);
  const auto field = [&](const std::string& units, const std::string& name,
                         std::vector<std::string> dimensions) {
    bask::ToHdf5Options options = how(units, name, std::move(dimensions));
    options.attributes.emplace_back("_FillValue", std::nan(""));
    return options;
  };
  return bask::to_hdf5_lazily(
      settings.output,
      {{time, vector(wind.times), times},
       {latitude, vector(wind.latitudes), how("degrees_north", "latitude", {latitude}, "latitude")},
       {longitude, vector(wind.longitudes), how("degrees_east", "longitude", {longitude}, "longitude")},
       {"month", bask::from_array<std::int64_t>(months, {static_cast<std::int64_t>(months.size())}),
        how("1", "calendar month", {"month"})},
       {"speed_mean", all.speed_mean,
        field(wind.units, "mean wind speed of the calendar month", {"month", latitude, longitude})},
       {"speed_std", all.speed_std,
        field(wind.units, "standard deviation of the wind speed of the calendar month",
              {"month", latitude, longitude})},
       {"anomaly", all.anomaly,
        field(wind.units, "wind speed less the mean of its calendar month", {time, latitude, longitude})},
       {"trend", all.trend, field(per_year, "least-squares trend of the wind speed", {latitude, longitude})},
       {"global_mean", all.global_mean,
        field(wind.units, "area-weighted global mean of the wind speed", {time})}},
      {{"Conventions", "CF-1.8"},
       {"title", "Climatology of the wind speed"},
       {"source", std::filesystem::path(settings.input).filename().string()}},
      bask::Hdf5Output::kAuto, bask::Hdf5Mode::kReplace);
}

void draw_pictures(const Settings& settings, const Wind& wind, const NdArray<double>& mean,
                   const NdArray<double>& u, const NdArray<double>& v, const NdArray<double>& global) {
  char years[64];
  std::snprintf(years, sizeof(years), "%.0f–%.0f", std::floor(wind.years.front()),
                std::floor(wind.years.back()));
  const std::string source = "data: " + std::filesystem::path(settings.input).filename().string() + ", " +
                             std::to_string(wind.times.size()) + " months";
  draw_map({.title = "Mean wind speed, " + std::string(years),
            .units = wind.units,
            .source = source,
            .values = mean.span(),
            .latitudes = wind.latitudes,
            .longitudes = wind.longitudes,
            .eastward = u.span(),
            .northward = v.span()},
           settings.map);
  std::vector<double> smooth(global.begin(), global.end());  // running mean over twelve months
  for (std::size_t k = 0; k < smooth.size(); ++k) {
    smooth[k] = std::nan("");
    if (k < 6 || k + 6 >= smooth.size()) continue;
    double sum = (global[k - 6] + global[k + 6]) / 2;
    for (std::size_t i = k - 5; i <= k + 5; ++i) sum += global[i];
    smooth[k] = sum / 12;
  }
  draw_series({.title = "Global mean wind speed",
               .units = wind.units,
               .source = source,
               .lines = {{"monthly", wind.years, {global.begin(), global.end()}},
                         {"mean of twelve months", wind.years, smooth}}},
              settings.series);
}

void print_summary(const Settings& settings, const Wind& wind, const NdArray<double>& mean,
                   const NdArray<double>& global) {
  std::size_t windiest = 0;
  for (std::size_t k = 0; k < mean.span().size(); ++k) {
    if (!(mean[k] <= mean[windiest])) windiest = std::isnan(mean[k]) ? windiest : k;
  }
  double sum = 0, months = 0;  // of months that have any value
  for (const double value : global) {
    if (std::isnan(value)) continue;
    sum += value;
    ++months;
  }
  const std::size_t width = wind.longitudes.size();
  std::printf("%zu months, %.1f to %.1f; %zu x %zu cells\n", wind.times.size(), wind.years.front(),
              wind.years.back(), wind.latitudes.size(), width);
  const double latitude = wind.latitudes[windiest / width];
  const double longitude = std::remainder(wind.longitudes[windiest % width], 360);
  std::printf("global mean wind speed %.3f %s; windiest cell %.2f at %.1f°%c %.1f°%c\n", sum / months,
              wind.units.c_str(), mean[windiest], std::abs(latitude), latitude < 0 ? 'S' : 'N',
              std::abs(longitude), longitude < 0 ? 'W' : 'E');
  std::printf("results in %s", settings.output.c_str());
  if (settings.pictures)
    std::printf(", pictures in %s and %s", settings.map.c_str(), settings.series.c_str());
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    const auto settings = read_settings(argc, argv);
    if (!settings) return 0;
    // 1. Describe the input and the results: no wind is read, and nothing is computed yet.
    const Wind wind = open_wind(*settings);
    const Climatology all = climatology_of(wind);
    // 2. Compute all in one run, which reads the wind once. Large results go to their file as they are
    //    computed, small ones come to rank 0.
    std::vector<std::int64_t> months = wind.months;
    std::sort(months.begin(), months.end());
    months.erase(std::unique(months.begin(), months.end()), months.end());
    const bask::Hdf5Store file = results_file(*settings, wind, all, months);
    const auto [mean, u, v, global, written] =
        bask::compute(all.mean, all.mean_u, all.mean_v, all.global_mean, file);
    // 3. Draw pictures and print a summary of the small results.
    if (settings->pictures) draw_pictures(*settings, wind, mean, u, v, global);
    print_summary(*settings, wind, mean, global);
    return 0;
  });
}
