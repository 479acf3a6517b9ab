// parameters.hpp: one command for each combination of parameters: ranges, lists, and the rows of a CSV file.
// Runs on: rank 0. Threads: any.
#pragma once

#include "command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farm {

/// Names, and values for them: a table.
struct Parameters {
  std::vector<std::string> names = {};
  std::vector<std::vector<std::string>> rows = {};  ///< each has a value per name
};

/// `--for name in values`: a list of values and ranges, "a,b,c", "1..10", "0..1..0.25", "10..1", "001..100"
/// (which keeps the zeros). Throws: Error (usage) for a range that is none.
Parameters parse_values(const std::string& name, const std::string& values);

/// A CSV file with a header (RFC 4180: quotes hold commas, line breaks, and "" for a quote); tabs separate
/// where the header has no comma. Throws: Error (usage) with file and line.
Parameters parse_csv(std::string_view text, const std::string& file);

/// All combinations; the last of the tables changes fastest. Throws: Error (usage) when two have the same
/// name.
Parameters product(const std::vector<Parameters>& tables);

/// A command per row. {name} in a word is replaced by the value. A template of several words is run as just
/// these words; a single one is a line for a shell, and values go into it in quotes. {other} that no
/// parameter is called is an error, except after a $. `name` is a template, too, or empty.
std::vector<Command> expand_template(const std::vector<std::string>& words, const std::string& name,
                                     const Parameters& parameters, const Needs& needs);

}  // namespace farm
