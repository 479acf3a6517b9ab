// memory_use.hpp: what memory one rank has used in one computation.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

namespace bask {

/// What memory is held for.
enum class MemoryKind : std::uint8_t {
  kResults,    ///< of tasks, until their last reader has run
  kPersisted,  ///< results that stay for later computations
  kConstants,  ///< values that the program has handed in
  kTransfer,   ///< what comes from other ranks or goes to them
  kStolen,     ///< the inputs of stolen units
  kScratch,    ///< what kernels need beside their results while they run
  kJournal,    ///< results that are not on the disk yet
  kExchange,   ///< parts of what moves all to all
  kCache,      ///< freed memory that is kept for the next use, as far as it fits beside all others
};
inline constexpr std::size_t kMemoryKinds = 9;

constexpr std::string_view name_of(MemoryKind kind) {
  constexpr std::array<std::string_view, kMemoryKinds> kNames{
      "results", "persisted", "constants", "transfer", "stolen", "scratch", "journal", "exchange", "cache"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// Sizes are in bytes.
struct MemoryUse {
  std::uint64_t limit = 0;
  std::uint64_t held = 0;                                     ///< at the end; kCache is not counted in
  std::uint64_t peak = 0;                                     ///< the most that was held at once, likewise
  std::array<std::uint64_t, kMemoryKinds> peak_by_kind = {};  ///< each at a time of its own
  std::uint64_t spilled = 0;                                  ///< written to the disk for want of room
  std::uint64_t read_back = 0;
  std::uint64_t made_again = 0;     ///< left memory without being written, as that costs less
  std::uint64_t lost_ns = 0;        ///< for which a thread, on average, waited for the disk
  std::uint64_t resident_peak = 0;  ///< of the whole process, since it has started
  std::string scratch = {};         ///< the directory that results were spilled to; empty: none were

  std::uint64_t peak_of(MemoryKind kind) const { return peak_by_kind[static_cast<std::size_t>(kind)]; }
  auto members() {
    return std::tie(limit, held, peak, peak_by_kind, spilled, read_back, made_again, lost_ns, resident_peak,
                    scratch);
  }
  friend bool operator==(const MemoryUse&, const MemoryUse&) = default;
};

/// The peak of the rank that holds most at once.
inline std::uint64_t highest_peak(std::span<const MemoryUse> ranks) {
  return ranks.empty() ? 0 : std::ranges::max(ranks, {}, &MemoryUse::peak).peak;
}

}  // namespace bask
