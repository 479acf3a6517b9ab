// parse_or_help.hpp: reads the command line of an app, or prints what it may be.
// Runs on: rank 0. Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <bask/core/error.hpp>

#include <iostream>
#include <string>

/// False when help was asked for and printed. Throws: bask::Error (kUsage) for wrong usage, in the app's
/// name.
inline bool parse_or_help(CLI::App& app, const std::string& name, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return false;
  } catch (const CLI::ParseError& error) {
    throw bask::Error(name, error.what(), "see " + name + " --help", bask::ExitCode::kUsage);
  }
  return true;
}
