// run.hpp: the frame of a program: reads options, runs the user's function, turns errors into exit codes.
// Runs on: rank 0. Threads: called once, from main.
#pragma once

#include <bask/client.hpp>

#include <functional>

namespace bask {

/// Takes Bask's options out of the arguments, calls `program`, and returns what main should return: 0, or 1
/// when a task failed, 2 for wrong options, 130 after Ctrl-C. `--bask-help` prints the options instead.
/// Errors are printed on stderr. `argc` and `argv` keep the program's own arguments.
int run(int& argc, char** argv, const std::function<void(Client&)>& program);

}  // namespace bask
