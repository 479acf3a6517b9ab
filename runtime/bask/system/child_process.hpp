// child_process.hpp: starts a program with just the files, variables and signals that it is to have.
// Runs on: every rank. Threads: any.
// Invariants: (1) no file of this process but those named reaches the program; (2) it begins with no signal
//             blocked or ignored.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace bask {

struct ChildSpec {
  std::vector<std::string> words = {};  ///< the program, searched in this process's PATH unless it has a '/',
                                        ///< and its arguments
  std::optional<std::vector<std::string>> variables = {};  ///< "NAME=value"; without: this process's
  int input = -1;                                          ///< a descriptor; -1: nothing to read
  int output = -1, errors = -1;                            ///< descriptors
  /// Signals for all of the group, as those of a terminal are, reach the program only if it has none of its
  /// own.
  bool has_own_group = true;
};

struct StartedChild {
  pid_t pid = -1;  ///< and the number of its group, if that is its own; -1: it could not be started
  int error = 0;   ///< then why, as errno has it
};

StartedChild start_child(const ChildSpec& spec);

/// Waits for its end. Returns the status as waitpid has it; nothing when another part of this process has
/// taken it.
std::optional<int> wait_for_end(pid_t child);
/// "failed with code 3", "was ended by signal 9".
std::string end_text(int status);

}  // namespace bask
