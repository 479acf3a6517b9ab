// loan.hpp: a unit that another rank runs for its owner, with all that it needs.
// Runs on: every rank. Threads: each loan belongs to one at a time.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/core/value.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bask {

struct Loan {
  /// One task of the unit.
  struct Step {
    static constexpr std::uint32_t kStepBit = 1u << 31;  ///< of an input: the result of an earlier step
    TaskId task;
    std::uint32_t group;
    std::uint32_t annotation;
    std::vector<std::uint32_t> inputs;  ///< into `inputs` of the loan, or of an earlier step
    std::vector<std::byte> arguments;
  };
  std::uint32_t owner = kNoIndex;  ///< rank; kNoIndex: the one that lends it
  std::uint32_t unit = 0;          ///< there
  Key key;                         ///< of its result, where results are recorded
  float debt_ns = 0;               ///< what its inputs that are not recorded have cost
  std::vector<Step> steps;
  std::vector<const Value*> inputs;
  std::vector<Value> values;  ///< where the borrower keeps the inputs
};

}  // namespace bask
