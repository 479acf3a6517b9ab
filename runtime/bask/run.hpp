// run.hpp: the frame of a program: reads options, runs the user's function, turns errors into exit codes.
// Runs on: rank 0. Threads: called once, from main.
#pragma once

#include <bask/client.hpp>

#include <concepts>
#include <functional>
#include <type_traits>

namespace bask {

/// What `run` calls: the same for a program that returns its exit code.
int run_program(int& argc, char** argv, const std::function<int(Client&)>& program);

/// Takes Bask's options out of the arguments, calls `program`, and returns what main should return: 0, or
/// what `program` returns if that is a number; 1 when a task failed, 2 for wrong options, 130 after Ctrl-C,
/// 143 after SIGTERM. `--bask-help` prints the options instead. Errors are printed on stderr. `argc` and
/// `argv` keep the program's own arguments.
template <std::invocable<Client&> Program>
int run(int& argc, char** argv, const Program& program) {
  if constexpr (std::is_void_v<std::invoke_result_t<const Program&, Client&>>) {
    return run_program(argc, argv, [&](Client& client) {
      program(client);
      return 0;
    });
  } else {
    return run_program(argc, argv, program);
  }
}

}  // namespace bask
