// rank_numbers.hpp: what a rank does now and did lately, from the bins of its timeline.
// Runs on: a login node. Threads: any; pure functions.
#pragma once

#include "state_view.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace top {

/// Means over the last seconds of a running job, over all of the time of one that has ended.
struct RankNow {
  double busy = 0;                                     ///< share of its threads' time
  double ready = 0;                                    ///< units that could have run
  double in = 0, out = 0, spilled = 0, read_back = 0;  ///< bytes in a second
};

RankNow rank_now(const StateView& state, const RankView& rank);

/// The busy share over time, the newest last, as `columns` values: a second each, more where bins are longer;
/// of a job that has ended, all of its time.
std::vector<double> busy_history(const StateView& state, const RankView& rank, std::size_t columns);

/// What it holds; after the end, when it holds nothing any more, the most that it held.
std::uint64_t shown_memory(const StateView& state, const RankView& rank);

/// Seconds for which nothing was heard of a rank, though of the job; 0 when that is usual.
double rank_silence(const StateView& state, const RankView& rank);

enum class RankOrder { kRank, kBusy, kMemory };

/// Indices into `state.ranks`, those first that are busiest, or hold most.
std::vector<std::size_t> ordered_ranks(const StateView& state, RankOrder order);

}  // namespace top
