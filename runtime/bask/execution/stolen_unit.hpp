// stolen_unit.hpp: a unit that one rank, the thief, runs for another, the victim, with all its inputs.
// Runs on: every rank. Threads: each unit belongs to one at a time.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/core/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bask {

struct StolenUnit {
  /// One task of the unit.
  struct Step {
    static constexpr std::uint32_t kStepBit = 1u << 31;  ///< set in an input: it is an earlier step's result
    TaskId task;
    std::uint32_t group;
    std::uint32_t annotation;
    std::vector<std::uint32_t> inputs;  ///< each an index of StolenUnit::inputs, or a step's with kStepBit
    std::vector<std::byte> arguments;
  };
  std::uint32_t victim = kNoIndex;  ///< rank; kNoIndex: the rank that gives the unit away
  std::uint32_t unit = 0;           ///< its number on the victim
  Key key;                          ///< of its result, where results are recorded
  float recompute_cost_ns = 0;      ///< of its inputs
  std::uint64_t makes = 0;          ///< bytes that it makes, and needs beside, as the victim expects
  std::vector<Step> steps;
  std::vector<const Value*> inputs;
  std::vector<Value> values;  ///< where the thief keeps the inputs
  /// The thief's, for the memory of its inputs and of what it makes: ends when the result has been sent, or
  /// the unit goes on to another thief. Shared, as it has no type of its own.
  std::shared_ptr<void> ticket = nullptr;
};

/// The bytes of the inputs.
inline std::uint64_t bytes_of(const StolenUnit& stolen) {
  std::uint64_t bytes = 0;
  for (const Value* value : stolen.inputs) bytes += value->content_bytes();
  return bytes;
}
/// With what it makes.
inline std::uint64_t all_bytes_of(const StolenUnit& stolen) {
  return bytes_of(stolen) + stolen.makes;
}

}  // namespace bask
