// parameters.hpp: one command for each combination of parameters: ranges, lists, and the rows of a CSV file.
// Runs on: rank 0. Threads: any.
#pragma once

#include "command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farm {

/// A table of values, with a name for each column.
struct Parameters {
  std::vector<std::string> names = {};
  std::vector<std::vector<std::string>> rows = {};  ///< each has a value per name
};

/// `--for name in values`: a list of values and ranges, "a,b,c", "1..10", "0..1..0.25", "10..1", "001..100"
/// (which keeps the zeros). Throws: Error (usage) for a range that makes no sense.
Parameters parse_values(const std::string& name, const std::string& values);

/// Parses a CSV file with a header (RFC 4180: fields in quotes may hold commas, line breaks, and "" for a
/// quote). Fields are separated by tabs when the header has tabs and no comma.
/// Throws: Error (usage) with file and line.
Parameters parse_csv(std::string_view text, const std::string& file);

/// All combinations of the tables' rows; the last table changes fastest. Throws: Error (usage) when two
/// tables have a column of the same name.
Parameters product(const std::vector<Parameters>& tables);

/// A command per row, in which values replace {name}. A template of several words is run as exactly these
/// words. A single word is a shell command line, into which values go in quotes. `name`: a template for the
/// commands' names, or empty. Throws: Error (usage) for an {other} that is no parameter, except after a $.
std::vector<Command> expand_template(const std::vector<std::string>& words, const std::string& name,
                                     const Parameters& parameters, const Needs& needs);

}  // namespace farm
