// program_version.hpp: which version of the program this is, so that results of another one are not used.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/key.hpp>

#include <string_view>

namespace bask {

/// With a tag: its hash, and a rebuilt program may use the results of the one before. Without: a hash of the
/// running program: the build ids of the executable and of the shared objects that it was linked with and are
/// not the system's, or the bytes of those that have none. The same at every start of the same program,
/// however it is launched, and whatever it loads later.
/// Cost: some 100 µs, and reading the files that have no build id.
Key program_version(std::string_view tag);

}  // namespace bask
