// earlier_run.hpp: what an earlier run has measured, as --bask-durations names that run: by the directory of
// its --bask-watch, or by the table of its --bask-tasks.
// Runs on: rank 0. Threads: one.
#pragma once

#include <bask/forecast/task_times.hpp>

#include <string>

namespace bask {

/// `path`: the directory, or the state in it, or the table. A journal has results, but no durations.
/// Cost: memory for the layers, and for some thousand rows of a table.
/// Throws: Error when it is none of these, or is not whole, or is of another format.
TaskTimes times_of_earlier_run(const MachineSpeed& speed, const std::string& path);

}  // namespace bask
