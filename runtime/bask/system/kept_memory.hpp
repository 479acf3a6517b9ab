// kept_memory.hpp: memory that was freed stays with the process for the next computation.
// Runs on: every rank. Threads: called once, from main, before others are started.
#pragma once

namespace bask {

/// Has malloc keep what was freed, up to 1 GiB at a time, and take blocks up to 32 MiB from there: to get
/// fresh pages from the system for each graph costs as much as to plan it. Larger blocks go back at once, as
/// ever. Does nothing where the environment sets malloc's own parameters, or without glibc.
void keep_freed_memory();

}  // namespace bask
