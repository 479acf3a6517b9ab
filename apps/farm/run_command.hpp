// run_command.hpp: the task that runs a command.
// Runs on: every rank. Threads: any of the pool; it waits until its command has ended.
#pragma once

#include "command.hpp"

#include <bask/collections/inputs.hpp>
#include <bask/core/archive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <string>
#include <vector>

namespace farm {

/// What a rank needs to know before it runs commands.
struct RankSettings {
  std::string directory = {};                    ///< of the log; shared by all ranks
  std::uint32_t start = 1;                       ///< which start of the farm this is
  std::vector<std::uint32_t> cores = {};         ///< by rank: how many one-core commands it runs at a time
  std::vector<std::string> kept_variables = {};  ///< variables of a launcher that commands shall see

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& directory& start& cores& kept_variables;
  }
};

/// A command as a task's argument. The key of the task is made from its bytes.
struct CommandCall {
  std::uint32_t number = 0, attempt = 1;
  bool dependency_failed = false;  ///< a command that it depends on did not succeed in an earlier start
  std::string log = {};            ///< the id of its log
  std::string name = {}, text = {};
  Needs needs = {};

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& number& attempt& dependency_failed& log& name& text& needs;
  }
};

/// For `client.run`: makes this rank ready. Returns its rank.
int prepare_rank(const RankSettings& settings);
/// For `client.run`: brings this rank's log to the disk. Returns its rank.
int sync_rank();

/// The message of the Error that run_command throws when the farm is stopped contains this.
inline constexpr const char* kStopped = "stopped, as the farm was told to stop";

/// Runs the command unless one of those `before` it has not succeeded, and writes its output and its result
/// to this rank's log. A command that ends without success while its rank is being stopped counts as
/// interrupted, because batch systems send their signals to every process of a job, commands too, in any
/// order. When a command dies by such a signal, the task waits for up to a second whether the rank gets the
/// signal as well. Throws: Error when the farm is stopped before the command has ended, or when the log
/// cannot be written; then the command has no result.
CommandResult run_command(const CommandCall& call, bask::Inputs<CommandResult> before);

}  // namespace farm
