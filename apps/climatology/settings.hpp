// settings.hpp: the command line of the climatology.
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
  std::int64_t chunk_months = 0;  ///< the length of blocks along time; 0: that of the file's chunks
  bool pictures = true;
};

/// Throws: bask::Error (usage) with what is wrong. Returns nothing when it has printed the help.
std::optional<Settings> read_settings(int argc, char** argv);
