// command_line.hpp: the words by which this process was started.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>
#include <vector>

namespace bask {

/// The program and its arguments, those for Bask too; empty where the system does not tell them.
std::vector<std::string> command_line();

}  // namespace bask
