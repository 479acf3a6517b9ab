// dependencies.hpp: which command comes after which others.
// Runs on: rank 0. Threads: any.
#pragma once

#include "command.hpp"

#include <cstdint>
#include <vector>

namespace farm {

/// Finds the numbers of the commands that each comes after: by name, by number, or as line:12.
/// Throws: Error (usage), with file and line, for names that there are not, or twice, and for commands that
/// wait for themselves, around however many others.
void resolve_dependencies(std::vector<Command>& commands);

/// Positions of the commands such that each comes after those that it waits for; the order of the list where
/// that is free to choose. The dependencies must be resolved.
std::vector<std::size_t> topological_order(const std::vector<Command>& commands);

}  // namespace farm
