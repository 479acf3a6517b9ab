// end_job.hpp: the end of all ranks because of what one of them has met.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>

#include <string>

namespace bask {

/// Says why, and ends the processes of all ranks.
[[noreturn]] inline void end_job(Exchange& exchange, const std::string& why,
                                 int exit_code = static_cast<int>(ExitCode::kTaskFailed)) {
  log_line(LogLevel::kError, why);
  exchange.abort(exit_code);
}

}  // namespace bask
