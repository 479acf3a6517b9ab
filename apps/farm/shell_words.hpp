// shell_words.hpp: which command lines need a shell, and the words of those that do not. The latter are
// started directly, which saves a tenth of the time of a short command, and one process for each.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace farm {

/// The result of parse_shell_line.
struct ShellLine {
  bool needs_shell = false;             ///< it has pipes, variables, patterns, builtins…
  std::vector<std::string> words = {};  ///< otherwise; at least one
};

/// Parses words with quotes ('…', "…" without expansions) and backslashes. A line with anything else that
/// means something to a shell needs a shell. Throws: Error (usage), without file and line, when a quote is
/// not closed.
ShellLine parse_shell_line(std::string_view text);

/// Splits at white space, with quotes as above; nothing else is special.
std::vector<std::string> split_words(std::string_view text);

/// The word in quotes where a shell needs them to read it back.
std::string shell_quoted(std::string_view word);

}  // namespace farm
