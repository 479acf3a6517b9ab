// spare_memory.hpp: freed memory that caches keep for the next use. It counts as memory that is in use, so
// whoever needs room asks for it back before anything is written to the disk.
// Runs on: every rank. Threads: any.
// Invariant: a cache keeps at most `most()`.
#pragma once

#include <cstdint>

namespace bask::spare_memory {

/// What a cache can be asked. Any thread may call both at any time.
struct Cache {
  std::uint64_t (*held)();                          ///< bytes that it keeps now
  std::uint64_t (*give_back)(std::uint64_t bytes);  ///< gives at least these back, if it has them; how many
};

/// There may be 8 caches. To be called before main:
///
///     const bool is_known = spare_memory::add({held, give_back});
bool add(const Cache& cache);

/// Bytes that all caches keep now.
std::uint64_t held();
/// Has caches give back at least `bytes`, if they have them. Returns how many.
std::uint64_t give_back(std::uint64_t bytes);

/// Bytes that a cache may keep.
std::uint64_t most();
/// Has caches keep a sixteenth of this limit, and 1 GiB at most, as before the limit is known.
void set_limit(std::uint64_t bytes);

}  // namespace bask::spare_memory
