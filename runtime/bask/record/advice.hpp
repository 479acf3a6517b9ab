// advice.hpp: what a user can do about the time that was lost, the most worth first.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/record/efficiency.hpp>
#include <bask/record/job_record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct Advice {
  Loss loss;
  std::string text;
  double worth = 0;  ///< of the thread time, about
  std::optional<std::uint32_t> layer, rank;
};

/// For each kind of loss that is worth it, one piece of advice.
std::vector<Advice> advice_for(const JobKnowledge& known, const Efficiency& efficiency);

}  // namespace bask
