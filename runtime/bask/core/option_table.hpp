// option_table.hpp: the one table of all options: name, choices, meaning, how a value is read and printed.
// Runs on: every rank. Threads: any; the table is constant.
#pragma once

#include <bask/core/options.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// One option. `read(options, print(options))` changes nothing.
struct OptionDescriptor {
  std::string name;     // with dashes, without "--bask-"
  std::string choices;  // as the help shows them after the name: "threads|sync"
  std::string meaning;
  /// Reads a value into its field. Throws: Error (kUsage, without `where`) that lists the choices.
  std::function<void(Options& options, std::string_view value)> read;
  /// The field's value as `read` takes it.
  std::function<std::string(const Options& options)> print;
  /// The value that an argument without one stands for; empty: it must have a value.
  std::string alone = {};
};

/// All options, in the order of the help.
const std::vector<OptionDescriptor>& option_table();

/// The option of that name ('_' counts as '-'), or null.
const OptionDescriptor* find_option(std::string_view name);

}  // namespace bask
