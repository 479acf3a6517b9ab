// environment.hpp: the environment variables of this process, as plain data that tests can make up.
// Runs on: every rank. Threads: any, while none sets a variable.
#pragma once

#include <map>
#include <string>

namespace bask {

using Environment = std::map<std::string, std::string>;

/// The variables of this process as they are now.
Environment process_environment();

}  // namespace bask
