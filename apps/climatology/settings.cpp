#include "settings.hpp"

#include <settings/parse_or_help.hpp>

std::optional<Settings> read_settings(int argc, char** argv) {
  Settings settings;
  CLI::App app(
      "The climatology of a wind data set: mean, deviation, anomalies and trend of its speed.\n"
      "Input: HDF5 or NetCDF-4 with the components u and v on time, latitude and longitude, in any order, "
      "and\n"
      "one level at most. Axes are told by their coordinates' standard_name and units, or axis and names.\n"
      "Bask's own options: --bask-help.");
  app.add_option("input", settings.input, "the file")->capture_default_str();
  app.add_option("--u", settings.u, "the eastward component")->capture_default_str();
  app.add_option("--v", settings.v, "the northward component")->capture_default_str();
  app.add_option("-o,--output", settings.output, "the file of results, CF-style HDF5")->capture_default_str();
  app.add_option("--map", settings.map, "the map of the mean speed, PNG")->capture_default_str();
  app.add_option("--series", settings.series, "the global mean by month, PNG")->capture_default_str();
  app.add_option("--replicate", settings.replicate, "so many copies of the data, one after the other in time")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
      ->capture_default_str();
  app.add_option("--chunk", settings.chunk_months, "time steps in a block; 0: as the file has it")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 20))
      ->capture_default_str();
  app.add_flag("!--no-pictures", settings.pictures, "write no pictures");
  return parse_or_help(app, "climatology", argc, argv) ? std::optional(settings) : std::nullopt;
}
