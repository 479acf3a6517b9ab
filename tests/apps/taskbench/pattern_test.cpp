// Task Bench's patterns: bounds, mirror images, numbers of tasks, and the dependences the paper draws.
#include <gtest/gtest.h>

#include <taskbench/pattern.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace taskbench {
namespace {

using PointList = std::vector<std::uint32_t>;

PointList predecessors(const Pattern& pattern, Place at) {
  PointList points;
  pattern.for_each_predecessor(at, [&](std::uint32_t point) { points.push_back(point); });
  return points;
}

PointList successors(const Pattern& pattern, Place at) {
  PointList points;
  pattern.for_each_successor(at, [&](std::uint32_t point) { points.push_back(point); });
  return points;
}

std::vector<Place> places_of(const Pattern& pattern) {
  std::vector<Place> places;
  for (std::uint32_t step = 0; step < pattern.steps; ++step) {
    const Points row = pattern.row(step);
    for (std::uint32_t point = row.begin; point < row.end; ++point) places.push_back({step, point});
  }
  return places;
}

Pattern pattern_of(DependenceType type, std::uint32_t width, std::uint32_t steps, std::uint16_t radix = 5) {
  return {.width = width, .steps = steps, .radix = radix, .type = type};
}

std::string text_of(const Pattern& pattern) {
  return std::string(name_of(pattern.type)) + ", width " + std::to_string(pattern.width) + ", steps " +
         std::to_string(pattern.steps) + ", radix " + std::to_string(pattern.radix);
}

// Every pattern, with widths and steps around powers of two, and radixes around the widths.
template <class Check>
void for_each_pattern(const Check& check) {
  for (std::size_t type = 0; type < dependence_names().size(); ++type) {
    for (const std::uint32_t width : {1u, 2u, 3u, 4u, 5u, 8u, 13u}) {
      for (const std::uint32_t steps : {1u, 2u, 5u, 12u, 31u}) {
        for (const std::uint16_t radix : {0, 1, 2, 3, 5, 16}) {
          const Pattern pattern = pattern_of(static_cast<DependenceType>(type), width, steps, radix);
          SCOPED_TRACE(text_of(pattern));
          check(pattern);
        }
      }
    }
  }
}

TEST(Pattern, NumbersItsTasksRowByRow) {
  for_each_pattern([](const Pattern& pattern) {
    const std::vector<Place> places = places_of(pattern);
    ASSERT_EQ(pattern.tasks(), places.size());
    for (std::uint32_t task = 0; task < places.size(); ++task) {
      ASSERT_EQ(pattern.place_of(task), places[task]) << "task " << task;
    }
    for (std::uint32_t step = 0; step < pattern.steps; ++step) {
      ASSERT_EQ(places[pattern.first_of(step)], (Place{step, pattern.row(step).begin})) << "step " << step;
    }
  });
}

TEST(Pattern, StaysInsideItsRows) {
  for_each_pattern([](const Pattern& pattern) {
    for (const Place at : places_of(pattern)) {
      ASSERT_LT(at.point, pattern.width);
      const PointList points = predecessors(pattern, at);
      ASSERT_TRUE(at.step > 0 || points.empty());
      for (const std::uint32_t point : points) ASSERT_TRUE(pattern.row(at.step - 1).contains(point));
    }
  });
}

TEST(Pattern, VisitsNoPointTwice) {
  for_each_pattern([](const Pattern& pattern) {
    for (const Place at : places_of(pattern)) {
      const PointList points = predecessors(pattern, at);
      ASSERT_EQ(std::set(points.begin(), points.end()).size(), points.size())
          << "step " << at.step << ", point " << at.point;
    }
  });
}

TEST(Pattern, HasSuccessorsThatMirrorItsPredecessors) {
  for_each_pattern([](const Pattern& pattern) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<std::uint32_t>> readers;
    for (const Place at : places_of(pattern)) {
      for (const std::uint32_t point : predecessors(pattern, at)) {
        readers[{at.step - 1, point}].insert(at.point);
      }
    }
    for (const Place at : places_of(pattern)) {
      const PointList points = successors(pattern, at);
      ASSERT_EQ(std::set(points.begin(), points.end()), (readers[{at.step, at.point}]))
          << "step " << at.step << ", point " << at.point;
      ASSERT_EQ(points.size(), (readers[{at.step, at.point}].size()));
    }
  });
}

TEST(Pattern, HasSinksWhereNobodyReads) {
  for_each_pattern([](const Pattern& pattern) {
    for (const Place at : places_of(pattern)) {
      const bool is_sink = successors(pattern, at).empty();
      ASSERT_EQ(pattern.sinks(at.step).contains(at.point), is_sink)
          << "step " << at.step << ", point " << at.point;
      ASSERT_TRUE(!is_sink || at.step >= pattern.first_step_with_sinks());
    }
  });
}

TEST(Pattern, DependsAsThePaperDraws) {
  const auto read = [](DependenceType type, std::uint32_t step, std::uint32_t point,
                       std::uint16_t radix = 5) {
    return predecessors(pattern_of(type, 8, 20, radix), {step, point});
  };
  EXPECT_EQ(read(DependenceType::kTrivial, 3, 4), PointList{});
  EXPECT_EQ(read(DependenceType::kNoComm, 3, 4), PointList{4});
  EXPECT_EQ(read(DependenceType::kStencil1d, 3, 4), (PointList{3, 4, 5}));
  EXPECT_EQ(read(DependenceType::kStencil1d, 3, 0), (PointList{0, 1}));
  EXPECT_EQ(read(DependenceType::kStencil1dPeriodic, 3, 0), (PointList{0, 1, 7}));
  EXPECT_EQ(read(DependenceType::kStencil1dPeriodic, 3, 7), (PointList{6, 7, 0}));
  EXPECT_EQ(read(DependenceType::kDom, 9, 4), (PointList{3, 4}));
  EXPECT_EQ(read(DependenceType::kTree, 2, 3), PointList{1});
  EXPECT_EQ(read(DependenceType::kTree, 9, 7), PointList{3});
  EXPECT_EQ(read(DependenceType::kFft, 1, 4), (PointList{3, 4, 5}));
  EXPECT_EQ(read(DependenceType::kFft, 2, 4), (PointList{2, 4, 6}));
  EXPECT_EQ(read(DependenceType::kFft, 3, 3), (PointList{3, 7}));
  EXPECT_EQ(read(DependenceType::kFft, 4, 4), (PointList{3, 4, 5}));
  EXPECT_EQ(read(DependenceType::kAllToAll, 1, 4), (PointList{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(read(DependenceType::kNearest, 1, 4), (PointList{2, 3, 4, 5, 6}));
  EXPECT_EQ(read(DependenceType::kNearest, 1, 4, 2), (PointList{3, 4}));
  EXPECT_EQ(read(DependenceType::kSpread, 3, 1, 4), (PointList{1, 3, 5, 7}));
  EXPECT_EQ(read(DependenceType::kSpread, 4, 1, 4), (PointList{1, 4, 6, 0}));
}

TEST(Pattern, OfDomSweepsThroughTheGrid) {
  const Pattern pattern = pattern_of(DependenceType::kDom, 3, 6);
  std::vector<PointList> rows;
  for (std::uint32_t step = 0; step < 6; ++step) {
    rows.emplace_back();
    for (std::uint32_t point = pattern.row(step).begin; point < pattern.row(step).end; ++point)
      rows.back().push_back(point);
  }
  EXPECT_EQ(rows, (std::vector<PointList>{{0}, {0, 1}, {0, 1, 2}, {0, 1, 2}, {1, 2}, {2}}));
}

TEST(Pattern, OfRandomTypeReadsItselfAndAboutAsMuchAsItShould) {
  for (const DependenceType type : {DependenceType::kRandomNearest, DependenceType::kRandomSpread}) {
    const Pattern pattern = pattern_of(type, 64, 40, 9);
    std::size_t inputs = 0;
    for (const Place at : places_of(pattern)) {
      const PointList points = predecessors(pattern, at);
      inputs += points.size();
      ASSERT_EQ(std::count(points.begin(), points.end(), at.point), at.step > 0 ? 1 : 0);
      if (at.step > Pattern::kPeriod) {
        ASSERT_EQ(points, predecessors(pattern, {at.step - Pattern::kPeriod, at.point}));
      }
    }
    const double mean = static_cast<double>(inputs) / (39 * 64);
    const double expected = type == DependenceType::kRandomNearest ? 1 + 8 * 0.25 : 1 + 63 * 9.0 / 64;
    EXPECT_NEAR(mean, expected, 0.15 * expected) << name_of(type);
  }
}

TEST(Pattern, CountsGridsOfBillionsOfTasks) {
  const Pattern dom = pattern_of(DependenceType::kDom, 60000, 70001);
  EXPECT_EQ(dom.tasks(), std::uint64_t{35001} * 35001);
  for (const std::uint64_t task : {std::uint64_t{0}, dom.tasks() / 3, dom.tasks() / 2, dom.tasks() - 1}) {
    const Place at = dom.place_of(task);
    EXPECT_EQ(dom.first_of(at.step) + at.point - dom.row(at.step).begin, task);
  }
  const Pattern tree = pattern_of(DependenceType::kTree, 1u << 30, 40);
  EXPECT_EQ(tree.tasks(), (std::uint64_t{1} << 30) - 1 + (std::uint64_t{10} << 30));
}

}  // namespace
}  // namespace taskbench
