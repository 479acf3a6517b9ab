// host_name.hpp: what this machine calls itself.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>

namespace bask {

/// As gethostname has it; "localhost" where the system does not say.
std::string host_name();

}  // namespace bask
