// log.hpp: lines for the people who run the job: on stderr, and with time stamps in a file per rank.
// Runs on: every rank. Threads: any may log; one sets the log up, before others log.
// Invariants: (1) a line is written whole, and is in the file when log_line returns, so that it outlives a
//             crash; (2) before set_up_log, lines from kInfo on go to stderr, as with one rank.
#pragma once

#include <bask/core/options.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace bask {

/// "error", "warning", "info" or "debug".
std::string_view name_of(LogLevel level);

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  std::string file = {};  ///< %r stands for the rank; empty: none
  int rank = 0;
  int ranks = 1;
  std::string host = {};
};

/// Throws: Error (kUsage) when the file cannot be opened, or would be the same for several ranks.
void set_up_log(const LogSettings& settings);

/// Whether lines of that level are logged. Ask before putting a costly text together.
bool log_wanted(LogLevel level);

/// A line about this rank: "bask: warning: rank 3 (n2): text", or "bask: warning: text" when there is only
/// one rank; at level kInfo no level is named. A text of several lines becomes as many lines of the log.
void log_line(LogLevel level, std::string_view text);

/// A line about all ranks, such as the map of ranks: the same without the rank.
void log_job_line(LogLevel level, std::string_view text);

/// Gets every line that is logged, without line breaks, while no other thread logs. It must not log itself.
using LogReader = std::function<void(LogLevel level, const std::string& line)>;
/// Has `reader` get them from now on; empty: nobody.
void set_log_reader(LogReader reader);

/// The name of the file of one rank. Throws: Error (kUsage) when several ranks would have the same.
std::string log_file_of(const LogSettings& settings);

}  // namespace bask
