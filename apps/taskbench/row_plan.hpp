// row_plan.hpp: what one rank does for one row when the points of a row are shared out in blocks: which
// outputs of the row before it receives and sends, and which tasks it runs on them.
// Runs on: every rank. Threads: any; plans are made by a pure function.
// Invariants: (1) what one rank sends is what the other receives, message by message; (2) a point goes to a
//             rank once, however many of its tasks read it.
#pragma once

#include "pattern.hpp"

#include <vector>

namespace taskbench {

/// The points that `rank` of `ranks` owns: a block of neighbours, as equal as they can be, perhaps empty.
Points points_of_rank(std::uint32_t width, std::uint32_t rank, std::uint32_t ranks);
std::uint32_t rank_of_point(std::uint32_t width, std::uint32_t point, std::uint32_t ranks);

/// Outputs of neighbouring points, which lie one after the other on both ranks.
struct Message {
  std::uint32_t peer;  ///< the other rank
  Points points;
};

struct RowTask {
  std::uint32_t point;
  std::uint32_t first_input;  ///< in RowPlan::inputs
  std::uint32_t inputs;
  std::uint32_t messages;  ///< how many of RowPlan::receives, from the first on, must have arrived
};

struct RowPlan {
  Points before{};                    ///< the row that is read
  Points here{};                      ///< the row that is run
  std::vector<Message> receives;      ///< of the row before
  std::vector<Message> sends;         ///< of the row before
  std::vector<RowTask> tasks;         ///< that which waits for least comes first
  std::vector<std::uint32_t> inputs;  ///< points of the row before, in the order in which tasks read them
};

/// The row before `step`; empty for the first.
inline Points row_before(const Pattern& pattern, std::uint32_t step) {
  return step == 0 ? Points{} : pattern.row(step - 1);
}

/// A plan that holds for every step with the same rows and the same dependence set.
/// Messages have at most `points_per_message` points. Cost: some ns for each input that a task of `rank`
/// reads.
RowPlan plan_row(const Pattern& pattern, std::uint32_t step, std::uint32_t rank, std::uint32_t ranks,
                 std::uint32_t points_per_message);

}  // namespace taskbench
