// resident_memory.hpp: the memory that this process occupies in the machine, as the kernel counts it.
// Runs on: every rank. Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace bask {

/// In bytes; 0 where the system does not say.
struct ResidentMemory {
  std::uint64_t now = 0;   ///< with the pages of the program and its libraries that are in memory
  std::uint64_t peak = 0;  ///< the most since the program was started
};

/// Takes about 20 us.
ResidentMemory resident_memory();

/// The same, read from the text of /proc/self/status.
ResidentMemory resident_memory_in(std::string_view status);

}  // namespace bask
