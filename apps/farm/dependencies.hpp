// dependencies.hpp: which commands depend on which others (after=).
// Runs on: rank 0. Threads: any.
#pragma once

#include "command.hpp"

#include <cstdint>
#include <vector>

namespace farm {

/// Fills in Command::after: finds each dependency by name, by number, or as line:12.
/// Throws: Error (usage), with file and line, for names that do not exist or exist twice, and for commands
/// that depend on each other in a circle.
void resolve_dependencies(std::vector<Command>& commands);

/// The positions of the commands in an order in which each comes after its dependencies; otherwise in that of
/// the list. The dependencies must be resolved.
std::vector<std::size_t> topological_order(const std::vector<Command>& commands);

}  // namespace farm
