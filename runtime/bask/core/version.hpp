// version.hpp: the version of Bask that a program was built with.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

/// Major.minor.patch, the same as the CMake project's (a test compares them).
inline constexpr const char* kVersion = "0.1.0";

}  // namespace bask
