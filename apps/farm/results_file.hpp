// results_file.hpp: the results of all commands, as tables for other programs.
// Runs on: rank 0. Threads: one.
#pragma once

#include "log_directory.hpp"

#include <filesystem>
#include <string>

namespace farm {

/// "2026-01-31T12:00:00.123Z".
std::string utc_time(std::int64_t ns);

/// CSV with a header, a row per command that has ended; times are UTC.
std::string results_csv(const FarmLog& log);

/// The same as HDF5: a dataset per column in the root group, all of one length; text is UTF-8 of variable
/// length, start and end are seconds since 1970. Throws: Error.
void write_results_hdf5(const FarmLog& log, const std::filesystem::path& path);

}  // namespace farm
