// strip_reads.hpp: which box of a result is all that the tasks of one rank read of it. Such a strip of a
// block goes to that rank, and not the block. Runs on: rank 0. Threads: any; it only reads what it was made
// from.
#pragma once

#include <bask/graph/layer.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bask {

class StripReads {
 public:
  /// Smaller results go whole: the message costs more than their bytes.
  static constexpr double kSmallest = 16 << 10;
  /// Larger boxes go with the whole, too: what they save does not pay for being cut out.
  static constexpr double kMostOfWhole = 0.75;

  /// `plan` and `graph` must outlive it.
  StripReads(const Plan& plan, const TaskGraph& graph) : plan_(plan), graph_(graph) {}

  /// Those of a result's readers that are on one rank.
  struct Readers {
    std::span<const std::uint32_t> units;  ///< all readers
    std::span<const std::uint32_t> rank_of_unit;
    std::uint32_t rank;
  };
  /// The smallest box that has all that the readers' tasks read of `source`; nothing where one of them needs
  /// the whole, or where the box has most of its `bytes`. Cost: for each reading, a call of its
  /// layer, up to the first that needs the whole.
  std::optional<BlockPart> strip(Source source, double bytes, const Readers& readers) const;

  /// How many of a result's `bytes` the task at `position` reads as its input number `input`: all that move
  /// if no other task of its rank reads the result.
  double bytes_read(std::uint32_t position, std::uint32_t input, double bytes) const;

 private:
  std::optional<BlockPart> part_read(std::uint32_t position, std::uint32_t input) const;
  bool add_readings(std::uint32_t unit, Source source, std::optional<BlockPart>& all) const;

  const Plan& plan_;
  const TaskGraph& graph_;
};

}  // namespace bask
