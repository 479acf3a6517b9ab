// Plans whose units do not fit into a rank's memory: which are refused, and what the message says.
#include <gtest/gtest.h>
#include <bask/core/units.hpp>
#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/require_room.hpp>

#include <algorithm>

namespace bask {
namespace {

const Kernel kBlocks{
    .name = "kernel", .hash = {}, .run = nullptr, .id = {}, .result = &value_type_of<std::vector<double>>};

// A layer of square blocks of 8-byte numbers in one row, each of which takes what it reads and what it makes.
class Squares final : public Layer {
 public:
  Squares(std::uint32_t count, std::int64_t side, double blocks_read)
      : Layer(0), count_(count), side_(side), blocks_read_(blocks_read) {}
  std::uint32_t size() const override { return count_; }
  Key key(std::uint32_t index) const override { return hash_member(Key{}, index); }
  Key content_key() const override { return Key{}; }
  std::string label(std::uint32_t) const override { return "square"; }
  void expand(TaskGraph&, std::span<const std::uint32_t>) const override {}
  std::optional<ArrayBlock> block(std::uint32_t index) const override {
    return ArrayBlock{{0, index}, {side_, side_}};
  }
  std::optional<TaskBytes> bytes_if_cut(std::uint32_t, std::int64_t longest) const override {
    if (!tells) return std::nullopt;
    const auto side = static_cast<double>(std::min(side_, longest));
    return TaskBytes{blocks_read_ * side * side * 8, side * side * 8, scratch};
  }
  bool chooses_chunks_of_inputs() const override { return chooses; }

  bool tells = true, chooses = false;
  double scratch = 0;

 private:
  std::uint32_t count_;
  std::int64_t side_;
  double blocks_read_;
};

// Four blocks of 2 MiB (512 x 512), and in the layer "product" one that reads the first `reads` of them.
struct Example {
  explicit Example(std::uint32_t reads, Annotations notes = {}) {
    auto* const sources = new Squares(4, 512, 0);
    product = new Squares(1, 512, reads);
    graph.layers = {LayerPtr(sources), LayerPtr(product)};
    graph.spans = {{TaskId{0}, sources}, {TaskId{4}, product}};
    for (int task = 0; task < 4; ++task) graph.end_task(graph.group_for("source", &kBlocks));
    for (std::uint32_t task = 0; task < reads; ++task) graph.add_input({task});
    graph.add_input({0});  // once more: it counts once
    graph.end_task(graph.group_for("product", &kBlocks));
    graph.size_from(0, std::vector<float>(5, 512 * 512 * 8));
    if (!notes.empty()) graph.annotate_from(4, notes);
  }
  Plan plan(std::vector<TaskId> targets = {{4}}) const {
    return make_plan(graph, targets, {.fuse = false}, result_sizes(graph, {}));
  }
  TaskGraph graph;
  Squares* product;
};

std::string refusal(const Example& example, const Rooms& rooms, bool brings_results = true,
                    const std::vector<TaskId>& targets = {{4}}) {
  try {
    require_room(example.plan(targets), example.graph, rooms, brings_results);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(RequireRoom, TakesWhatFitsExactly) {
  EXPECT_EQ(refusal(Example(2), {.of_rank = {{.limit = 6_MiB}}}), "");
}

TEST(RequireRoom, ProposesTheLargestHalvedChunksThatFit) {
  EXPECT_EQ(
      refusal(Example(2), {.of_rank = {{.limit = 5_MiB}}}),
      "product: task (0, 0) needs 6 MiB (two inputs of 2 MiB, a result of 2 MiB), and this rank may use 5 "
      "MiB; chunks of 256 x 256 would fit (1.5 MiB)");
  EXPECT_EQ(
      refusal(Example(3), {.of_rank = {{.limit = 1_MiB}}}),
      "product: task (0, 0) needs 8 MiB (three inputs of 2 MiB, a result of 2 MiB), and this rank may use "
      "1 MiB; chunks of 128 x 128 would fit (512 KiB)");
}

TEST(RequireRoom, CountsWhatATaskNeedsBesideItsResult) {
  Example example(2);
  example.product->scratch = 1_MiB;
  example.graph.groups[example.graph.group[4]].scratch = 1_MiB;
  EXPECT_EQ(refusal(example, {.of_rank = {{.limit = 7_MiB}}}), "");
  EXPECT_EQ(
      refusal(example, {.of_rank = {{.limit = 6_MiB}}}),
      "product: task (0, 0) needs 7 MiB (two inputs of 2 MiB, a result of 2 MiB, 1 MiB scratch), and this "
      "rank may use 6 MiB; chunks of 256 x 256 would fit (2.5 MiB)");
  example.graph.groups[example.graph.group[4]].scratch = 20_KiB;
  EXPECT_EQ(
      refusal(example, {.of_rank = {{.limit = 6_MiB}}}),
      "product: task (0, 0) needs 6.02 MiB (two inputs of 2 MiB, a result of 2 MiB), and this rank may use "
      "6 MiB; chunks of 256 x 256 would fit (2.5 MiB)")
      << "so little is not worth a word";
}

TEST(RequireRoom, NamesTheRankThatRunsTheUnit) {
  const Rooms rooms{.of_rank = {{.limit = 1_GiB, .rank = "rank 0"}, {.limit = 4_MiB, .rank = "rank 1"}},
                    .rank_of_unit = {0, 0, 1}};
  EXPECT_EQ(
      refusal(Example(2), rooms),
      "product: task (0, 0) needs 6 MiB (two inputs of 2 MiB, a result of 2 MiB), and rank 1 may use 4 MiB; "
      "chunks of 256 x 256 would fit (1.5 MiB)");
  EXPECT_EQ(refusal(Example(2), {.of_rank = rooms.of_rank, .rank_of_unit = {1, 1, 0}}), "");
}

TEST(RequireRoom, ProposesChunksThatFitBesideTheConstantsOfTheProgram) {
  EXPECT_EQ(refusal(Example(2), {.of_rank = {{.limit = 8_MiB, .constants = 7_MiB}}}, false), "")
      << "alone it fits, so it can run";
  EXPECT_EQ(
      refusal(Example(2), {.of_rank = {{.limit = 5_MiB, .constants = 4_MiB}}}),
      "product: task (0, 0) needs 6 MiB (two inputs of 2 MiB, a result of 2 MiB), and this rank may use 5 "
      "MiB, of which the program's constants take 4 MiB; chunks of 128 x 128 would fit (384 KiB)");
}

TEST(RequireRoom, SaysWhichLimitWouldDoWhereNoChunksFit) {
  EXPECT_EQ(
      refusal(Example(2), {.of_rank = {{.limit = 8_KiB}}}),
      "product: task (0, 0) needs 6 MiB (two inputs of 2 MiB, a result of 2 MiB), and this rank may use 8 "
      "KiB; no smaller chunks would fit; raise --bask-memory-limit to 6MiB");
}

TEST(RequireRoom, ProposesNoChunksWhereItCannotTell) {
  const char* const expected =
      "product: task (0, 0) needs 6 MiB (two inputs of 2 MiB, a result of 2 MiB), and this rank may use 4 "
      "MiB; use "
      "smaller chunks, or raise --bask-memory-limit to 6MiB";
  Example example(2), other(2);
  example.product->tells = false;
  EXPECT_EQ(refusal(example, {.of_rank = {{.limit = 4_MiB}}}), expected);
  other.product->chooses = true;
  EXPECT_EQ(refusal(other, {.of_rank = {{.limit = 4_MiB}}}), expected);
}

TEST(RequireRoom, CountsAnAnnotationInPlaceOfTheResult) {
  const Example example(1, {.memory = 3_GiB});
  EXPECT_EQ(refusal(example, {.of_rank = {{.limit = 4_GiB}}}), "");
  EXPECT_EQ(refusal(example, {.of_rank = {{.limit = 2_GiB}}}),
            "product: task (0, 0) needs 3 GiB (an input of 2 MiB, 3 GiB by its annotation), and this rank "
            "may use 2 "
            "GiB; use smaller chunks, or raise --bask-memory-limit to 3074MiB");
}

TEST(RequireRoom, LeavesGuessedSizesToTheRun) {
  Example example(2);
  example.graph.result_bytes[4] = 0;
  EXPECT_EQ(refusal(example, {.of_rank = {{.limit = 4_MiB}}}), "") << "the inputs alone fit";
  example.graph.result_bytes.clear();
  EXPECT_FALSE(knows_sizes(example.plan()));
}

TEST(RequireRoom, AsksThatResultsFitTogetherWhereTheyAreBroughtIn) {
  const std::vector<TaskId> targets{{0}, {1}, {2}, {0}, {3}};
  const Rooms rooms{.of_rank = {{.limit = 7_MiB, .rank = "rank 0"}}};
  EXPECT_EQ(
      refusal(Example(1), rooms, true, targets),
      "memory limit: the results that were asked for have 8 MiB together, and rank 0 may use 7 MiB; persist "
      "them, write them to files, or compute in parts; or raise --bask-memory-limit");
  EXPECT_EQ(refusal(Example(1), rooms, false, targets), "");
  EXPECT_EQ(refusal(Example(1), {.of_rank = {{.limit = 8_MiB}}}, true, targets), "");
  EXPECT_NE(refusal(Example(1), {.of_rank = {{.limit = 8_MiB, .constants = 1}}}, true, targets), "");
}

TEST(RequireRoom, TellsWhatTheLargestUnitOrTheTargetsNeed) {
  EXPECT_EQ(most_needed(Example(2).plan(), {}, true), 8_MiB) << "an input that is read twice counts twice";
  EXPECT_EQ(most_needed(Example(0).plan({{0}, {1}, {2}}), {}, false), 2_MiB);
  EXPECT_EQ(most_needed(Example(0).plan({{0}, {1}, {2}}), {}, true), 6_MiB);
}

TEST(RequireRoom, CountsPersistedResultsAsInputs) {
  TaskGraph graph;
  graph.add_constant({.value = nullptr, .rank = 1, .held = 1, .bytes = 4 << 20});
  graph.add_input({0});
  graph.end_task(graph.group_for("double", &kBlocks));
  graph.size_from(1, std::vector<float>{4 << 20});
  auto* const layer = new Squares(2, 512, 0);
  graph.layers = {LayerPtr(layer)};
  graph.spans = {{TaskId{0}, layer}};
  const Plan plan = make_plan(graph, std::vector<TaskId>{{1}}, {}, result_sizes(graph, {}));
  EXPECT_EQ(known_need(plan, 0, {.of_rank = {}, .persisted = {4_MiB}}).total(), 8_MiB);
  EXPECT_EQ(known_need(plan, 0, Rooms{}).total(), 4_MiB);
}

}  // namespace
}  // namespace bask
