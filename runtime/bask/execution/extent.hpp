// extent.hpp: where a result lies in the file to which a rank spills.
// Runs on: every rank. Threads: any; an Extent is a value.
#pragma once

#include <cstdint>

namespace bask {

struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;     // of the result; the file has whole units of ScratchFile for it
  std::uint64_t checksum = 0;  // XXH3 over the checksums of its pieces
};

}  // namespace bask
