// settings.hpp: the command line of farm.
// Runs on: rank 0. Threads: one.
#pragma once

#include "command.hpp"
#include "parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farm {

enum class Action { kRun, kRetry, kShow, kList, kFailed, kStatus };

/// The needs that the command line gives; the others are empty.
struct GivenNeeds {
  std::optional<std::uint32_t> cores = {}, retries = {};
  std::optional<std::uint64_t> memory_bytes = {};
  std::optional<std::int64_t> time_limit_ns = {};

  Needs over(Needs needs) const;
};

struct Settings {
  Action action = Action::kRun;
  std::string log = "farm-log";
  // run
  std::string commands_file = {};           ///< "-": the standard input; empty: there is a template
  std::vector<Parameters> parameters = {};  ///< of --for
  std::string csv_file = {};
  std::vector<std::string> template_words = {};  ///< the words after --
  std::string name = {};                         ///< a template for names
  std::vector<std::string> kept_variables = {};
  bool force = false, dry_run = false;
  // run and retry
  GivenNeeds needs = {};
  // retry and show
  std::vector<std::string> which = {};  ///< numbers or names
  bool all = false;                     ///< retry: also commands that have succeeded
};

/// Throws: bask::Error (usage) with what is wrong. Returns nothing when it has printed the help.
std::optional<Settings> read_settings(int argc, char** argv);

/// The directory of the log; may be called before read_settings.
std::string log_of(int argc, char** argv);

/// Whether the command line asks farm to run commands, and not only to print something.
bool runs_commands(int argc, char** argv);

/// Whether the command line only asks for what the log holds, which needs neither ranks nor threads.
bool only_reads_log(int argc, char** argv);

}  // namespace farm
