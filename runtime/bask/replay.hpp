// replay.hpp: runs one failed task again, alone, from the file that --bask-failed-tasks has left of it.
// Runs on: one process. Threads: the main thread.
#pragma once

#include <bask/core/options.hpp>

namespace bask {

/// Prints which task it is, runs it once, and prints its result. Returns the exit code of success.
/// Throws: Error (kUsage) when the file cannot be used; TaskError when the task throws again.
int replay(const Options& options);

}  // namespace bask
