// child_process.hpp: starts a program with just the files, variables and signals that it is to have.
// Runs on: every rank. Threads: any.
// Invariants: (1) no file of this process but those named reaches the program; (2) it begins with no signal
//             blocked or ignored.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct ChildSpec {
  /// The program, searched in this process's PATH unless it has a '/', and its arguments.
  std::vector<std::string> words = {};
  std::optional<std::vector<std::string>> variables = {};  ///< "NAME=value"; nothing: this process's
  int input = -1;                                          ///< a descriptor; -1: nothing to read
  int output = -1, errors = -1;                            ///< descriptors
  /// Whether it gets a process group of its own. Signals to this process's group, such as Ctrl-C in a
  /// terminal, then do not reach it.
  bool has_own_group = true;
};

struct StartedChild {
  pid_t pid = -1;  ///< also the number of its own group, if it has one; -1: it could not be started
  int error = 0;   ///< an errno: why it could not be started
};

StartedChild start_child(const ChildSpec& spec);

/// Waits until it ends. Returns its status as waitpid does; nothing when another part of this process has
/// waited for it already.
std::optional<int> wait_for_end(pid_t child);
/// Waits until it ends, or until `deadline`; returns whether it has ended. wait_for_end() must follow.
bool ends_before(pid_t child, std::chrono::steady_clock::time_point deadline);
/// "failed with code 3", "was ended by signal 9".
std::string end_text(int status);

}  // namespace bask
