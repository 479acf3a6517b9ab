// block_memory.hpp: where the memory of blocks comes from and goes to.
// Runs on: every rank. Threads: any.
// Invariants: (1) memory begins at a multiple of 64 bytes;
//             (2) memory kept for the next block is at most 1 GiB and a sixteenth of the machine's. First
//                 use of fresh memory costs more than computing in it (128 MiB filled at 3 GB/s, 12 in huge
//                 pages, 28 when the memory was used before), so pieces of 4 MiB and more are in huge pages,
//                 and kept for a while when freed. The C library does as well with smaller ones.
#pragma once

#include <cstddef>

namespace bask::block_memory {

struct Piece {
  std::byte* memory;
  std::size_t bytes;  ///< how much there is: at least what was asked for
};

/// Memory of undefined content. Throws: std::bad_alloc.
Piece take(std::size_t bytes);
/// `bytes` as `take` said.
void give_back(std::byte* memory, std::size_t bytes) noexcept;

/// For a unique_ptr to it.
struct GiveBack {
  std::size_t bytes = 0;
  void operator()(std::byte* memory) const noexcept { give_back(memory, bytes); }
};

}  // namespace bask::block_memory
