// kept_memory.hpp: memory that was freed stays with the process for the next computation, as far as its limit
// allows, and goes back to the system when there is too little or nothing is computed.
// Runs on: every rank. Threads: any, unless it says otherwise.
#pragma once

#include <cstdint>

namespace bask {

/// Sets what malloc keeps of freed memory, for a process that may hold `limit` bytes: up to a sixteenth, 1
/// GiB at most, in one go, because fresh pages from the system for each graph cost as much as planning it;
/// and blocks of up to 32 MiB, because fresh pages for each make allocation six times as slow. There is one
/// arena for each 2 GiB of the limit: what is freed in an arena is of no use to threads of another one, and
/// with eight arenas 1 MiB blocks of 1 GiB in sum occupied 2.3 GiB, with one arena 1.1 GiB. Does nothing
/// where the environment sets malloc's own parameters, or without glibc. The number of arenas cannot be
/// changed once threads were started.
void keep_freed_memory(std::uint64_t limit);

/// Gives all freed memory that is kept back to the system: that of caches (spare_memory), and malloc's. May
/// take 100 ms; other threads' allocations wait meanwhile.
void give_back_freed_memory();

/// The most that the process should occupy; 0: no matter.
void set_resident_bound(std::uint64_t bytes);
/// Gives freed memory back when the process occupies more than its bound. To be called every 50 ms or so.
/// When that did not help, most calls do nothing for a while.
void see_to_resident_bound();

}  // namespace bask
