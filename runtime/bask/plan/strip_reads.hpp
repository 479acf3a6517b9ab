// strip_reads.hpp: which box of a result is all that the tasks of one rank read of it. Such a strip of a
// block goes to that rank, and not the block.
// Runs on: rank 0. Threads: one finds; any may ask afterwards.
// Invariants: (1) a result of which one task of the rank needs the whole has no strip there; (2) results that
//             go in parts (ValueType::part_bytes) have strips, however small or large these are.
#pragma once

#include <bask/graph/layer.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace bask {

/// The bytes of a constant, as far as rank 0 knows. Cost: some are encoded to be counted.
float constant_bytes(const Constant& constant);

class StripReads {
 public:
  /// Smaller results go whole: the message costs more than their bytes.
  static constexpr double kSmallest = 16 << 10;
  /// Larger boxes go with the whole, too: what they save does not pay for being cut out.
  static constexpr double kMostOfWhole = 0.75;

  /// `plan` and `graph` must outlive it.
  StripReads(const Plan& plan, const TaskGraph& graph);

  /// How many of a result's `bytes` the task at `position` reads as its input number `input`: all that move
  /// if no other task of its rank reads the result.
  double bytes_read(std::uint32_t position, std::uint32_t input, double bytes) const;

  /// Finds the strips that go to each rank; with `brings_targets`, rank 0 needs the whole of each target.
  /// Cost: nothing where no layer reads parts; else a look at each input, and a call of the layer for each
  /// large one that comes from another rank.
  void find(std::span<const std::uint32_t> rank_of_unit, bool brings_targets);
  /// The smallest box that has all that the rank's tasks read of `source`; null where the whole goes there.
  const BlockPart* strip(Source source, std::uint32_t rank) const {
    const auto found = of_rank_.find(place_of(source, rank));
    return found == of_rank_.end() || !found->second ? nullptr : &*found->second;
  }

 private:
  using Strip = std::optional<BlockPart>;  // nothing: the whole
  static std::uint64_t place_of(Source source, std::uint32_t rank) {
    return std::uint64_t{source.code} << 32 | rank;
  }
  double bytes_of(Source source) const;
  bool goes_in_parts(Source source) const;
  void add_readings(std::uint32_t position, std::uint32_t rank,
                    std::span<const std::uint32_t> rank_of_result);
  void add(Source source, std::uint32_t rank, Strip part);
  Strip part_read(std::uint32_t position, std::uint32_t input) const;

  const Plan& plan_;
  const TaskGraph& graph_;
  bool any_ = false;  // layer reads parts
  std::vector<double> constant_bytes_;
  std::unordered_map<std::uint64_t, Strip> of_rank_;
};

}  // namespace bask
