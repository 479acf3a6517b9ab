// stolen_unit.hpp: a unit that one rank, the thief, runs for another, the victim, with all that it needs.
// Runs on: every rank. Threads: each unit belongs to one at a time.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/core/value.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bask {

struct StolenUnit {
  /// One task of the unit.
  struct Step {
    static constexpr std::uint32_t kStepBit = 1u << 31;  ///< of an input: the result of an earlier step
    TaskId task;
    std::uint32_t group;
    std::uint32_t annotation;
    std::vector<std::uint32_t> inputs;  ///< into `inputs` of the unit, or of an earlier step
    std::vector<std::byte> arguments;
  };
  std::uint32_t victim = kNoIndex;  ///< rank; kNoIndex: the one that gives it
  std::uint32_t unit = 0;           ///< the victim's number of it
  Key key;                          ///< of its result, where results are recorded
  float recompute_cost_ns = 0;      ///< what it would cost to make its inputs again
  std::vector<Step> steps;
  std::vector<const Value*> inputs;
  std::vector<Value> values;  ///< where the thief keeps the inputs
};

}  // namespace bask
