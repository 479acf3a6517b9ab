// Result sizes: those that layers give, then those that are known of groups and types, then guesses.
#include <gtest/gtest.h>
#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/result_sizes.hpp>

namespace bask {
namespace {

Kernel kernel_of(const ValueType* result) {
  return {.name = "kernel", .hash = {}, .run = nullptr, .id = {}, .result = result};
}
const Kernel kNumber = kernel_of(&value_type_of<double>);
const Kernel kNumbers = kernel_of(&value_type_of<std::vector<double>>);

TEST(ResultSizes, AreThoseOfTypesThatHoldNoMemory) {
  TaskGraph graph;
  graph.end_task(graph.group_for("number", &kNumber));
  const ResultSizes sizes = result_sizes(graph, {});
  EXPECT_EQ(sizes.of(graph, {0}), sizeof(double));
  EXPECT_TRUE(sizes.of_task.empty()) << "the group says it all";
}

TEST(ResultSizes, AreThoseThatAreKnownOfTheGroup) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("numbers", &kNumbers);
  graph.end_task(group);
  const ResultSizes sizes = result_sizes(graph, {0, 4096});
  EXPECT_EQ(sizes.of(graph, {0}), 4096);
  EXPECT_TRUE(sizes.of_task.empty());
}

TEST(ResultSizes, AreWhatTheLayerSaysBeforeAllElse) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("numbers", &kNumbers);
  for (int task = 0; task < 3; ++task) graph.end_task(group);
  graph.size_from(1, std::vector<float>{100, 0});
  const ResultSizes sizes = result_sizes(graph, {0, 4096});
  EXPECT_EQ(sizes.of_task, (std::vector<float>{4096, 100, 4096}));
}

TEST(ResultSizes, AreGuessedFromInputsThenConstantsThenArguments) {
  Value numbers;
  numbers.emplace<std::vector<double>>(50);
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("numbers", &kNumbers);
  graph.add_constant({.value = &numbers});                            // 0
  graph.add_constant({.rank = 1, .held = 1, .bytes = 700});           // 1
  graph.add_arguments("0123456789", 10), graph.end_task(group);       // 2
  graph.add_input({0}), graph.end_task(group);                        // 3
  graph.add_input({1}), graph.end_task(group);                        // 4
  graph.add_input({2}), graph.add_input({1}), graph.end_task(group);  // 5: results count before constants
  graph.add_input({3}), graph.add_input({2}), graph.end_task(group);  // 6
  graph.end_task(group);                                              // 7
  const ResultSizes sizes = result_sizes(graph, {});
  EXPECT_EQ(sizes.of_constant, (std::vector<float>{400, 700}));
  EXPECT_EQ(sizes.of_task, (std::vector<float>{0, 0, 10, 400, 700, 10, 400, 1}));
}

TEST(ResultSizes, AreTakenAsEqualWhereNobodyHasAsked) {
  TaskGraph graph;
  graph.end_task(graph.group_for("numbers", &kNumbers));
  EXPECT_EQ(ResultSizes().of(graph, {0}), 1);
}

}  // namespace
}  // namespace bask
