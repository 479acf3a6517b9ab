// Of which results a rank that reads them gets a strip alone, and what the plans of ranks tell of it.
#include <gtest/gtest.h>
#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/require_room.hpp>
#include <bask/plan/split.hpp>
#include <bask/plan/strip_reads.hpp>

#include <map>

namespace bask {
namespace {

const Kernel kMade{
    .name = "kernel", .hash = {}, .run = nullptr, .id = {}, .result = &value_type_of<std::vector<double>>};

constexpr float kWhole = 512 * 512 * 8;

// Tasks each of which reads a box of their first input; those that are not named need the whole.
class Readers final : public Layer {
 public:
  explicit Readers(std::uint32_t count) : Layer(0), count_(count) {}
  std::uint32_t size() const override { return count_; }
  Key key(std::uint32_t index) const override { return hash_member(Key{}, index); }
  Key content_key() const override { return Key{}; }
  std::string label(std::uint32_t) const override { return "reader"; }
  void expand(TaskGraph&, std::span<const std::uint32_t>) const override {}
  std::optional<BlockPart> part_read(std::uint32_t index, std::uint32_t input) const override {
    ++asked;
    EXPECT_TRUE(reads_parts());
    const auto found = boxes.find(index);
    return found == boxes.end() || input != 0 ? std::nullopt : std::optional(found->second);
  }

  bool reads_parts() const override { return !boxes.empty(); }

  std::map<std::uint32_t, BlockPart> boxes;
  mutable int asked = 0;

 private:
  std::uint32_t count_;
};

BlockPart rows(std::int64_t first, std::int64_t count) {
  return {{first, 0}, {count, 512}, 64, 8};
}

// Task 0 makes a block on rank 0, and `readers` tasks read it; the readers are the targets.
struct StripExample {
  explicit StripExample(std::uint32_t count, float bytes = kWhole) {
    auto* const source = new Readers(1);
    readers = new Readers(count);
    graph.layers = {LayerPtr(source), LayerPtr(readers)};
    graph.spans = {{TaskId{0}, source}, {TaskId{1}, readers}};
    graph.end_task(graph.group_for("source", &kMade));
    for (std::uint32_t k = 0; k < count; ++k) {
      graph.add_input({0});
      graph.end_task(graph.group_for("reader", &kMade));
      targets.push_back({k + 1});
    }
    graph.size_from(0, std::vector<float>(1, bytes));
    graph.size_from(1, std::vector<float>(count, 8));
  }
  // Runs reader k on rank ranks[k].
  Splitter split(const std::vector<std::uint32_t>& ranks) {
    plan = make_plan(graph, targets, {.fuse = false}, result_sizes(graph, {}));
    rank_of_unit.assign(plan.units(), 0);
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      const std::uint32_t task = plan.task[plan.unit_begin[unit]].index;
      if (task != 0) rank_of_unit[unit] = ranks[task - 1];
    }
    return split_with(true);
  }

  Splitter split_with(bool hold) {
    strips.emplace(plan, graph).find(rank_of_unit, !hold);
    return Splitter(plan, graph, rank_of_unit, {.ranks = 3, .hold = hold, .strips = &*strips});
  }

  TaskGraph graph;
  Readers* readers;
  std::vector<TaskId> targets;
  Plan plan;
  std::vector<std::uint32_t> rank_of_unit;
  std::optional<StripReads> strips;
};

std::string refusal(const StripExample& example, const Rooms& rooms) {
  try {
    require_room(example.plan, example.graph, rooms, false);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

double moved(const StripExample& example, const Splitter& splitter) {
  return static_cast<double>(splitter.bytes_moved(example.plan.bytes, {}));
}

TEST(Strips, GoWhereTheReadersOfARankNeedNoMore) {
  StripExample example(3);
  example.readers->boxes = {{0, rows(10, 2)}, {1, rows(14, 1)}, {2, rows(500, 3)}};
  Splitter splitter = example.split({1, 1, 2});
  const auto strips = splitter.strip_exports(0);
  ASSERT_EQ(strips.size(), 2u);
  EXPECT_EQ(strips[0], (StripExport{1, splitter.size(1).tasks, 64 + 5 * 512 * 8, {10, 0, 5, 512}}));
  EXPECT_EQ(strips[1], (StripExport{2, splitter.size(2).tasks, 64 + 3 * 512 * 8, {500, 0, 3, 512}}));
  EXPECT_TRUE(splitter.strip_exports(1).empty());
  EXPECT_EQ(moved(example, splitter), 2 * 64 + 8 * 512 * 8);
}

TEST(Strips, CountInThePlanOfTheRankThatReadsThem) {
  StripExample example(2);
  example.readers->boxes = {{0, rows(10, 2)}};
  Splitter splitter = example.split({1, 2});
  const std::vector<PlanPart> parts = splitter.next(100);
  EXPECT_EQ(parts[1].import_bytes, (std::vector<float>{64 + 2 * 512 * 8}));
  EXPECT_EQ(parts[2].import_bytes, (std::vector<float>{kWhole}));
  EXPECT_EQ(splitter.size(1).result_bytes, 64u + 2 * 512 * 8 + 8);
}

TEST(Strips, AreNotCutForATaskThatNeedsTheWhole) {
  StripExample example(2);
  example.readers->boxes = {{0, rows(10, 2)}};
  EXPECT_TRUE(example.split({1, 1}).strip_exports(0).empty());
}

TEST(Strips, AreNotCutOfMostOfABlock) {
  StripExample example(2);
  example.readers->boxes = {{0, rows(0, 1)}, {1, rows(511, 1)}};
  EXPECT_TRUE(example.split({1, 1}).strip_exports(0).empty()) << "the box around both is the whole";
  EXPECT_EQ(example.split({1, 2}).strip_exports(0).size(), 2u);
  example.readers->boxes = {{0, rows(0, 256)}, {1, rows(100, 400)}};
  const Splitter halves = example.split({1, 2});
  ASSERT_EQ(halves.strip_exports(0).size(), 1u) << "half of the block is a strip";
  EXPECT_EQ(halves.strip_exports(0)[0].rank, 1u);
}

TEST(Strips, AreNotCutOfSmallResults) {
  StripExample example(1, 8 << 10);
  example.readers->boxes = {{0, {{0, 0}, {1, 1}, 64, 8}}};
  EXPECT_TRUE(example.split({1}).strip_exports(0).empty());
  EXPECT_EQ(example.readers->asked, 0);
}

TEST(Strips, AreAskedForOnlyWhereAResultLeavesItsRank) {
  StripExample example(3);
  example.readers->boxes = {{1, rows(10, 2)}};
  EXPECT_TRUE(example.split({0, 0, 0}).strip_exports(0).empty());
  EXPECT_EQ(example.readers->asked, 0);
  EXPECT_TRUE(example.split({1, 1, 1}).strip_exports(0).empty());
  EXPECT_EQ(example.readers->asked, 1) << "the first reader needs the whole";
}

TEST(Strips, AreNotAskedForWhereNoLayerReadsParts) {
  StripExample example(3);
  EXPECT_TRUE(example.split({1, 1, 1}).strip_exports(0).empty());
  EXPECT_EQ(example.readers->asked, 0);
}

TEST(Strips, AreAllThatTheirReadersNeedRoomFor) {
  constexpr std::uint64_t kMiB = 1 << 20;
  StripExample example(2);
  example.readers->boxes = {{0, rows(10, 2)}, {1, rows(100, 20)}};
  example.split({1, 1});
  Rooms rooms{.of_rank = std::vector<MemoryRoom>(3, {.limit = 3 * kMiB, .rank = "rank 0"}),
              .rank_of_unit = example.rank_of_unit,
              .strips = &*example.strips};
  rooms.of_rank[1] = {.limit = kMiB, .rank = "rank 1"};
  EXPECT_EQ(refusal(example, rooms), "");
  rooms.of_rank[1].limit = 400 << 10;
  EXPECT_EQ(refusal(example, rooms),
            "reader: task 'reader-10e45c7c' needs 440 KiB (an input of 440 KiB, a result of 8 B), and rank 1 "
            "may use 400 KiB; make it in smaller pieces, or raise --bask-memory-limit to 1MiB")
      << "the rows from 10 to 119, which both tasks read, come together";
  rooms.strips = nullptr;
  EXPECT_NE(refusal(example, rooms).find("needs 2 MiB (an input of 2 MiB"), std::string::npos);
}

TEST(Strips, AreNotCutOfTargetsThatGoToRank0) {
  StripExample example(2);
  example.readers->boxes = {{0, rows(10, 2)}, {1, rows(10, 2)}};
  example.targets.push_back({0});
  example.split({0, 2});
  example.rank_of_unit.assign(example.plan.units(), 1);  // the block is made on rank 1
  for (std::uint32_t unit = 0; unit < example.plan.units(); ++unit) {
    const std::uint32_t task = example.plan.task[example.plan.unit_begin[unit]].index;
    if (task != 0) example.rank_of_unit[unit] = task == 1 ? 0 : 2;
  }
  const Splitter to_rank_0 = example.split_with(false);
  ASSERT_EQ(to_rank_0.strip_exports(1).size(), 1u);
  EXPECT_EQ(to_rank_0.strip_exports(1)[0].rank, 2u);
  const Splitter held = example.split_with(true);
  EXPECT_EQ(held.strip_exports(1).size(), 2u);
}

}  // namespace
}  // namespace bask
