// settings.hpp: the command line of bask-top.
// Runs on: a login node.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace top {

struct Settings {
  std::filesystem::path directory;
  bool is_once = false;
  std::string html = {};  ///< the file of a page; empty: none
  std::string join = {};  ///< the file whose parts are joined; empty: none
  std::string to = {};    ///< what they are joined to
  bool is_explaining = false;
  std::string explained = {};  ///< a rank or a task; empty: every rank
  std::chrono::milliseconds interval{1000};
};

/// Nothing when it asked for help or the version, which is then printed.
/// Throws: bask::Error (kUsage) for wrong usage.
std::optional<Settings> read_settings(int argc, char** argv);

}  // namespace top
