// refuse.hpp: how farm refuses what its user wrote: an Error with the exit code of wrong usage.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/error.hpp>

#include <string>

namespace farm {

[[noreturn]] inline void refuse(const std::string& happened, const std::string& fix) {
  throw bask::Error("farm", happened, fix, bask::ExitCode::kUsage);
}
/// `where`: the file and line, or the option.
[[noreturn]] inline void refuse(const std::string& where, const std::string& happened,
                                const std::string& fix) {
  throw bask::Error("farm: " + where, happened, fix, bask::ExitCode::kUsage);
}

}  // namespace farm
