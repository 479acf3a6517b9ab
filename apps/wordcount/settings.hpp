// settings.hpp: the command line of wordcount.
// Runs on: rank 0. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wordcount {

struct Settings {
  std::vector<std::string> files;  ///< or patterns; none: a text is made
  std::uint64_t top = 10, least_characters = 1;
  std::uint64_t block_bytes = 16u << 20;
  std::string csv, hdf5;  ///< files of all words; empty: none
  std::uint64_t made_bytes = 16u << 20;
  std::string made = "words-*.txt";
};

/// Throws: bask::Error (usage) with what is wrong. Returns nothing when it has printed the help.
std::optional<Settings> read_settings(int argc, const char* const* argv);

}  // namespace wordcount
