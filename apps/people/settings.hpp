// settings.hpp: the command line of people.
// Runs on: rank 0. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace people {

struct Settings {
  std::vector<std::string> files;  ///< or patterns; none: records are made
  int over = 30;                   ///< people who are older than this count
  std::uint64_t top = 10;
  std::string csv, hdf5;  ///< files of all occupations; empty: none
  std::uint64_t records = 100'000, seed = 30;
  std::uint32_t partitions = 10;
  std::string made = "people-*.json";
};

/// Throws: bask::Error (usage) with what is wrong. Returns nothing when it has printed the help.
std::optional<Settings> read_settings(int argc, const char* const* argv);

}  // namespace people
