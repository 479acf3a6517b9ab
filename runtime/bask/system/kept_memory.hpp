// kept_memory.hpp: memory that was freed stays with the process for the next computation.
// Runs on: every rank. Threads: called once, from main, before others are started.
#pragma once

namespace bask {

/// Makes malloc keep up to 1 GiB of freed memory, and serve blocks of up to 32 MiB from it: fresh pages from
/// the system for each graph cost as much as planning it. Larger blocks still go back at once. Does nothing
/// where the environment sets malloc's own parameters, or without glibc.
void keep_freed_memory();

}  // namespace bask
