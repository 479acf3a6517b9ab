// memory_standing.hpp: whether a rank's memory can change without other ranks.
// Runs on: every rank. Threads: any; plain data.
#pragma once

namespace bask {

enum class MemoryStanding {
  kIdle,      ///< nobody waits for room
  kMoves,     ///< units run, or results are on their way
  kDiskFull,  ///< units wait for room, which the full disk does not give
};

}  // namespace bask
