// block_memory.hpp: where the memory of blocks comes from and goes to.
// The first use of fresh memory costs more than computing in it: 128 MiB are filled at 3 GB/s, at 12 GB/s in
// huge pages, at 28 GB/s when the memory was used before. So pieces of 4 MiB and more lie in huge pages, and
// are kept for a while when they are freed. The C library does as well with smaller ones.
// Runs on: every rank. Threads: any.
// Invariants: (1) memory begins at a multiple of 64 bytes;
//             (2) at most spare_memory::most() is kept for the next blocks.
#pragma once

#include <cstddef>

namespace bask::block_memory {

struct Piece {
  std::byte* memory;
  std::size_t bytes;  ///< how much there is: at least what was asked for
};

/// Memory of undefined content. Throws: std::bad_alloc.
Piece take(std::size_t bytes);
/// `bytes` is the size that `take` has returned.
void give_back(std::byte* memory, std::size_t bytes) noexcept;

/// The deleter of a unique_ptr to such memory.
struct GiveBack {
  std::size_t bytes = 0;
  void operator()(std::byte* memory) const noexcept { give_back(memory, bytes); }
};

}  // namespace bask::block_memory
