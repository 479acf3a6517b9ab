// program_version.hpp: which version of the program this is, so that results of another version are not used.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/key.hpp>

#include <string_view>

namespace bask {

/// With a tag: the tag's hash; a rebuilt program with the same tag may use the results of the one before.
/// Without: a hash of the build ids of the executable and of those shared objects that it was linked with and
/// that are not the system's; of an object without a build id, its bytes. It is the same at every start of
/// the same program, however it is launched, and whatever it loads later.
/// Cost: some 100 µs, and reading the files that have no build id.
Key program_version(std::string_view tag);

}  // namespace bask
