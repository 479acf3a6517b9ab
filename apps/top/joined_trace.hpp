// joined_trace.hpp: the trace of a job whose rank 0 was killed, from the parts that its ranks have left.
// Runs on: a login node.
#pragma once

#include <filesystem>
#include <string>

namespace top {

/// Joins the parts beside `file`, which the job was given as --bask-trace or --bask-tasks, to the trace `to`;
/// the parts stay. Returns what it has done, as a sentence. Throws: bask::Error.
std::string join_trace(const std::filesystem::path& file, const std::filesystem::path& to);

}  // namespace top
