// command_file.hpp: lists of commands as text: a command per line, and a #farm: line before it for its needs.
// Runs on: rank 0. Threads: any.
//
//   # a comment; blank lines are skipped, too
//   ./prepare --out mesh.h5
//   #farm: name=coarse after=1 cores=2 memory=4GiB time=10m retries=2
//   ./solve mesh.h5 > coarse.txt
//   #farm: after=coarse
//   ./plot coarse.txt
#pragma once

#include "command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farm {

/// The commands of the text, numbered from 1. `file` is for messages; `defaults` holds where a command says
/// nothing. Throws: Error (usage) "farm: commands.txt:3: …" for a line that it does not understand.
std::vector<Command> parse_commands(std::string_view text, const std::string& file, const Needs& defaults);

/// The same commands as text that parse_commands reads back: numbers stay, and dependencies are numbers.
std::string write_commands(const std::vector<Command>& commands);

/// Throws: Error (usage) for a text that cannot be a command: it is empty, has a NUL or a line break in it,
/// or a quote that is not closed.
void check_text(const Command& command);

/// Throws: Error (usage) when the command's name is a number, or has white space or a comma in it.
void check_name(const Command& command);

}  // namespace farm
