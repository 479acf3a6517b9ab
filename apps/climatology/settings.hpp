// settings.hpp: what the command line of the climatology says.
// Runs on: rank 0. Threads: one.
#pragma once

#include <optional>
#include <string>

struct Settings {
  std::string input = "monthly_navy_winds.nc";
  std::string u = "UWND", v = "VWND";
  std::string output = "climatology.h5";
  std::string map = "wind_map.png", series = "wind_series.png";
  std::int64_t replicate = 1;
  std::int64_t chunk_months = 0;  ///< along time; 0: as the file has it
  bool pictures = true;
};

/// Throws: bask::Error (usage) with what is wrong. Nothing when it printed the help that was asked for.
std::optional<Settings> read_settings(int argc, char** argv);
