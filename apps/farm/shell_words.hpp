// shell_words.hpp: which command lines need a shell, and the words of those that do not. These are started
// directly, which saves a tenth of the time of a short command, and a process for each.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace farm {

/// A command line that was looked through.
struct ShellLine {
  bool needs_shell = false;             ///< it has pipes, variables, patterns, builtins…
  std::vector<std::string> words = {};  ///< otherwise; at least one
};

/// Quotes ('…', "…" without expansions) and backslashes are understood here; whatever else means something to
/// a shell is left to one. Throws: Error (usage), without a place, when a quote is not closed.
ShellLine parse_shell_line(std::string_view text);

/// Splits at white space, with quotes as above; nothing else is special.
std::vector<std::string> split_words(std::string_view text);

/// The word as a shell reads it back: in quotes where it needs them.
std::string shell_quoted(std::string_view word);

}  // namespace farm
