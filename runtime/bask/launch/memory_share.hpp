// memory_share.hpp: how much memory a rank may hold for results, of what there is on its host.
// Runs on: every rank. Threads: any.
//
// Without --bask-memory-limit a rank has nine tenths of what its share of the host leaves beside its margin.
// The tenth is for what nobody counts: plans, the holes in freed memory, page tables, files' pages.
// The margin is for the program itself: its resident set at the start, rounded up to 16 MiB, so that equal
// ranks have equal limits; 32 MiB, of which MPI's buffers between the ranks of a host take up to 8, and the
// graph and the plan of 100,000 tasks 25; and 4 MiB for each thread, for its stack, and the freed memory that
// malloc keeps for it.
#pragma once

#include <bask/core/options.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// What a rank finds at the start, in bytes.
struct MemoryFacts {
  std::uint64_t there = 0;     ///< memory_limit(): for all ranks of the host together
  std::uint64_t given = 0;     ///< --bask-memory-limit, for this rank alone; 0: not given
  std::uint64_t resident = 0;  ///< the program so far

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& there& given& resident;
  }
  friend bool operator==(const MemoryFacts&, const MemoryFacts&) = default;
};

/// Of this process.
MemoryFacts memory_facts(const Options& options);

struct MemoryShare {
  std::uint64_t limit = 0;   ///< bytes that the rank may hold for results and what belongs to them
  std::uint64_t margin = 0;  ///< bytes beside these, for the program and MPI
  std::string warning = {};  ///< what is odd about that, and what helps; empty: nothing
  friend bool operator==(const MemoryShare&, const MemoryShare&) = default;
};

/// Shares the memory of a host out to its ranks; `threads` that run tasks are by rank. All divide equally the
/// smallest `there`. A given limit is the rank's limit, without the margin off; only where limits and margins
/// are more than there is, it is cut to the rank's share of the host less the margin, with a warning.
std::vector<MemoryShare> share_memory(std::span<const MemoryFacts> ranks, std::span<const int> threads);

/// For a process that only Bask's program runs in: freed memory is kept as far as the share allows, and given
/// back when the process occupies more than limit and margin.
void keep_to(const MemoryShare& share);

}  // namespace bask
