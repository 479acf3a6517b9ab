// farm_run.hpp: runs a list of commands, one task for each, and writes their results.
// Runs on: rank 0. Threads: one.
#pragma once

#include "settings.hpp"

#include <bask/client.hpp>

#include <vector>

namespace farm {

/// The commands that the settings describe, with their dependencies.
std::vector<Command> commands_of(const Settings& settings);

/// `farm run` and `farm retry`. Returns the exit code.
int run_farm(bask::Client& client, const Settings& settings);

}  // namespace farm
