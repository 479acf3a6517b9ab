// trace_file.hpp: the trace of a job as a file.
// Runs on: rank 0, and where bask-top runs. Threads: one.
#pragma once

#include <bask/trace/write_trace.hpp>

#include <filesystem>
#include <span>
#include <string>

namespace bask {

/// Writes the trace of these ranks, whole or not at all: as JSON where the file's name ends so, else for
/// Perfetto. `where` begins the messages; `links` null: there are no arrows. Throws: Error.
void write_trace_file(const std::string& where, const std::filesystem::path& path,
                      std::span<RankEvents> ranks, TaskLinks* links);

}  // namespace bask
