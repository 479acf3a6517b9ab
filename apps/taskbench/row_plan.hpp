// row_plan.hpp: what one rank does for one row, when each rank owns a block of the row's points: which
// outputs of the row before it receives and sends, and which tasks it runs.
// Runs on: every rank. Threads: any; plans are made by a pure function.
// Invariants: (1) one rank plans to send exactly the messages that the other plans to receive;
//             (2) an output is sent to a rank once, however many of the rank's tasks read it.
#pragma once

#include "pattern.hpp"

#include <vector>

namespace taskbench {

/// The points that `rank` of `ranks` owns: a block of neighbours. Blocks differ by one point; some are empty.
Points points_of_rank(std::uint32_t width, std::uint32_t rank, std::uint32_t ranks);
std::uint32_t rank_of_point(std::uint32_t width, std::uint32_t point, std::uint32_t ranks);

/// The outputs of neighbouring points, which lie one after the other in memory on both ranks.
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
  std::vector<Message> receives;      ///< outputs of the row before
  std::vector<Message> sends;         ///< outputs of the row before
  std::vector<RowTask> tasks;         ///< tasks that wait for fewer messages come first
  std::vector<std::uint32_t> inputs;  ///< points of the row before, in the order in which tasks read them
};

/// The row before `step`; empty for the first.
inline Points row_before(const Pattern& pattern, std::uint32_t step) {
  return step == 0 ? Points{} : pattern.row(step - 1);
}

/// The plan for a step, and for every other step with the same rows and the same dependence set. Messages
/// have at most `points_per_message` points. Cost: some ns for each input that a task of `rank` reads.
RowPlan plan_row(const Pattern& pattern, std::uint32_t step, std::uint32_t rank, std::uint32_t ranks,
                 std::uint32_t points_per_message);

}  // namespace taskbench
