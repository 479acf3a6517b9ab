// efficiency.hpp: where the time of the threads has gone: six shares that add up, and for each the layer that
// costs most. After the efficiency factors of POP and TALP, with a share for what a task runtime adds.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/record/job_record.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bask {

enum class Loss : std::uint8_t {
  kUseful,       ///< no loss: inside kernels
  kImbalance,    ///< nothing to run here, while units wait on other ranks, or a task much longer than others
                 ///< runs
  kData,         ///< for results that are on their way, and sending
  kSpilling,     ///< for room in memory
  kParallelism,  ///< nothing to run anywhere
  kRuntime,      ///< planning, scheduling, keeping results
};
inline constexpr std::size_t kLosses = 6;

constexpr std::string_view name_of(Loss loss) {
  constexpr std::array<std::string_view, kLosses> kNames{"useful",   "imbalance",   "data",
                                                         "spilling", "parallelism", "runtime"};
  return kNames[static_cast<std::size_t>(loss)];
}

struct Efficiency {
  double thread_seconds = 0;             ///< threads × time inside computations
  std::array<double, kLosses> shares{};  ///< of these; their sum is 1, or 0 before the first computation
  struct Cost {
    std::optional<std::uint32_t> layer;  ///< number in ActivityNames
    double share = 0;                    ///< of the thread time
  };
  std::array<Cost, kLosses> costs{};

  double of(Loss loss) const { return shares[static_cast<std::size_t>(loss)]; }
  const Cost& cost(Loss loss) const { return costs[static_cast<std::size_t>(loss)]; }
};

Efficiency efficiency_of(const JobKnowledge& known);

/// A task that took much longer than the mean of its layer, which the other threads may have waited for.
bool is_outlier(const JobKnowledge& known, const ToldTask& task);

}  // namespace bask
