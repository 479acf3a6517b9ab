// option_setting.hpp: one value that was given to one option, and where. Arguments, environment variables and
// the keys of bask.toml all become Settings.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/options.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

enum class Origin { kFile, kEnvironment, kArgument };

/// One value as it was written, not yet checked.
struct Setting {
  Origin origin;
  std::string name;  // "memory-limit", or what was written instead
  std::string value;
  std::string where;  // "--bask-memory-limit", "BASK_MEMORY_LIMIT", "bask.toml line 3"
};

/// What an argument list holds.
struct ArgumentSettings {
  std::vector<Setting> settings;
  Request request = Request::kRun;
  std::vector<std::size_t> application_arguments;
};

/// How an option is written in one place: "--bask-memory-limit", "BASK_MEMORY_LIMIT", "memory-limit".
std::string spelled_option(Origin origin, std::string_view name);

/// Splits the arguments before a lone `--` into Bask's and the application's.
/// Throws: Error when a --bask-* argument has no value, or --bask-help or --bask-version has one.
ArgumentSettings argument_settings(const std::vector<std::string>& arguments);

/// The BASK_* variables, by name.
std::vector<Setting> environment_settings(const std::map<std::string, std::string>& environment);

}  // namespace bask
