// Which rank owns which points, and that ranks plan to send exactly what others plan to receive.
#include <gtest/gtest.h>

#include <taskbench/row_plan.hpp>

#include <set>
#include <string>
#include <tuple>

namespace taskbench {
namespace {

Pattern pattern_of(DependenceType type, std::uint32_t width) {
  return {.width = width, .steps = 20, .radix = 5, .type = type};
}

TEST(RowPlan, SharesAllPointsOutInBlocks) {
  for (const std::uint32_t width : {1u, 2u, 7u, 8u, 1000u}) {
    for (const std::uint32_t ranks : {1u, 2u, 3u, 8u, 11u}) {
      std::uint32_t next = 0;
      for (std::uint32_t rank = 0; rank < ranks; ++rank) {
        const Points points = points_of_rank(width, rank, ranks);
        EXPECT_EQ(points.begin, next);
        EXPECT_LE(points.size(), width / ranks + 1);
        for (std::uint32_t p = points.begin; p < points.end; ++p)
          EXPECT_EQ(rank_of_point(width, p, ranks), rank);
        next = points.end;
      }
      EXPECT_EQ(next, width);
    }
  }
}

TEST(RowPlan, JoinsNeighbouringOutputsForARankInOneMessage) {
  const RowPlan plan = plan_row(pattern_of(DependenceType::kNearest, 8), 3, 0, 2, 100);
  ASSERT_EQ(plan.sends.size(), 1u);  // points 2 and 3 are read by 4 and 5
  EXPECT_EQ(plan.sends[0].points, (Points{2, 4}));
  ASSERT_EQ(plan.receives.size(), 1u);
  EXPECT_EQ(plan.receives[0].points, (Points{4, 6}));
  EXPECT_EQ(plan_row(pattern_of(DependenceType::kNearest, 8), 3, 0, 2, 1).sends.size(), 2u);
}

TEST(RowPlan, RunsFirstWhatWaitsForNothing) {
  const RowPlan plan = plan_row(pattern_of(DependenceType::kStencil1d, 12), 3, 1, 3, 100);  // owns 4 to 7
  std::vector<std::uint32_t> order, messages;
  for (const RowTask& task : plan.tasks) {
    order.push_back(task.point);
    messages.push_back(task.messages);
  }
  EXPECT_EQ(order, (std::vector<std::uint32_t>{5, 6, 4, 7}));
  EXPECT_EQ(messages, (std::vector<std::uint32_t>{0, 0, 1, 2}));
}

TEST(RowPlan, OfTheFirstRowReadsNothing) {
  const RowPlan plan = plan_row(pattern_of(DependenceType::kAllToAll, 4), 0, 0, 2, 100);
  EXPECT_EQ(plan.tasks.size(), 2u);
  EXPECT_TRUE(plan.inputs.empty() && plan.receives.empty() && plan.sends.empty());
}

// From, to, and which points.
using Sent = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

TEST(RowPlan, SendsWhatTheOtherRankReceives) {
  constexpr std::uint32_t kRanks = 3;
  for (std::size_t type = 0; type < dependence_names().size(); ++type) {
    const Pattern pattern = pattern_of(static_cast<DependenceType>(type), 7);
    for (std::uint32_t step = 0; step < pattern.steps; ++step) {
      SCOPED_TRACE(std::string(name_of(pattern.type)) + ", step " + std::to_string(step));
      std::multiset<Sent> sent, received;
      std::size_t tasks = 0;
      for (std::uint32_t rank = 0; rank < kRanks; ++rank) {
        const RowPlan plan = plan_row(pattern, step, rank, kRanks, 2);
        for (const Message& m : plan.sends) sent.emplace(rank, m.peer, m.points.begin, m.points.end);
        for (const Message& m : plan.receives) received.emplace(m.peer, rank, m.points.begin, m.points.end);
        tasks += plan.tasks.size();
      }
      EXPECT_EQ(sent, received);
      EXPECT_EQ(tasks, pattern.row(step).size());
    }
  }
}

}  // namespace
}  // namespace taskbench
