// option_help.hpp: the text of --bask-help: every option with its choices, value, source and meaning.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/options.hpp>

#include <map>
#include <string>

namespace bask {

/// The help for these options. `origins` says where an option's value was set ("BASK_THREADS"), by its name;
/// an option that is not there has its default.
std::string option_help(const Options& options, const std::map<std::string, std::string>& origins);

}  // namespace bask
