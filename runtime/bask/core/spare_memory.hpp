// spare_memory.hpp: freed memory that caches keep for the next use. Whoever takes memory has caches give up
// what no longer fits beside it, so nothing is written to the disk for their sake.
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
/// The most that they have kept at once since begin_peak() was called last.
std::uint64_t peak();
void begin_peak();
/// To be called by a cache after it has kept more.
void note_kept();
/// Has caches give back at least `bytes`, if they have them. Returns how many.
std::uint64_t give_back(std::uint64_t bytes);
/// Has caches give back what they keep beyond `bytes`.
void keep_at_most(std::uint64_t bytes);

/// Memory of `taken` bytes is going to be allocated, beside which caches may keep `room` bytes. It may come
/// from what they keep, so until it is there, they may keep as much more.
void make_room(std::uint64_t room, std::uint64_t taken);
/// To be called before memory is allocated that no cache has had: they keep what there was room for last.
void begin_allocation();

/// Bytes that a cache may keep.
std::uint64_t most();
/// Has caches keep a sixteenth of this limit, and 1 GiB at most, as before the limit is known.
void set_limit(std::uint64_t bytes);

}  // namespace bask::spare_memory
