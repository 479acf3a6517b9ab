// option_help.hpp: the text of --bask-help: every option with its choices, value, source and meaning.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/options.hpp>

#include <string>

namespace bask {

/// The help for these options; those without an origin have their defaults.
std::string option_help(const Options& options);

}  // namespace bask
