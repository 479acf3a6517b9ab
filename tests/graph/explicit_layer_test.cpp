// Explicit layers: tasks come out as they went in, keys tell content, and layers never form a circle.
#include <gtest/gtest.h>
#include <bask/graph/value_layer.hpp>

#include "test_tasks.hpp"

#include <thread>

namespace bask {
namespace {

NewTask task_with(std::span<const std::byte> arguments, std::span<const TaskRef* const> inputs,
                  std::string_view name = {}, std::uint64_t number = 0) {
  return {.kernel = kTestKernel,
          .arguments = arguments,
          .inputs = inputs,
          .name = name,
          .pure = false,
          .number = number};
}

Key key_of(const NewTask& task) {
  open_layer::close();
  const TaskRef ref = open_layer::append(task, {});
  return ref.layer->key(ref.index);
}

TEST(ExplicitLayer, GivesEqualTasksEqualKeysInAnyLayer) {
  const std::vector<std::byte> arguments(4, std::byte{7});
  EXPECT_EQ(key_of(task_with(arguments, {})), key_of(task_with(arguments, {})));
}

TEST(ExplicitLayer, GivesOtherKeysForOtherArgumentsInputsNamesAndNumbers) {
  const std::vector<std::byte> a(4, std::byte{7}), b(4, std::byte{8});
  const TaskRef one = add_task({}, 1), two = add_task({}, 2);
  const std::vector<const TaskRef*> reads_one{&one}, reads_two{&two}, reads_both{&one, &two},
      reads_both_turned{&two, &one};
  const std::vector<Key> keys{key_of(task_with(a, {})),         key_of(task_with(b, {})),
                              key_of(task_with(a, reads_one)),  key_of(task_with(a, reads_two)),
                              key_of(task_with(a, reads_both)), key_of(task_with(a, reads_both_turned)),
                              key_of(task_with(a, {}, "name")), key_of(task_with(a, {}, {}, 5))};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(keys[i], keys[j]) << i << " and " << j;
  }
}

TEST(ExplicitLayer, IsCalledAfterItsKernelUnlessTheUserSaysMore) {
  const TaskRef plain = add_task({});
  const TaskRef named = open_layer::append(task_with({}, {}, "my-name"), {});
  EXPECT_EQ(plain.layer->label(plain.index), "work");
  EXPECT_EQ(named.layer->label(named.index), "my-name");
}

TEST(ExplicitLayer, ExpandsToTheTasksThatWereAdded) {
  open_layer::close();
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{2}};
  const TaskRef constant = ValueLayer::held("held", Key{1, 2}, std::make_shared<Value>());
  const TaskRef a = add_task({});
  const std::vector<const TaskRef*> inputs{&a, &constant, &a};
  const TaskRef b = open_layer::append(task_with(bytes, inputs), {});
  const auto [graph, targets] = expand_all({&b, &a, &constant});
  ASSERT_EQ(graph.size(), 3u);
  EXPECT_EQ(targets, (std::vector<TaskId>{{2}, {1}, {0}}));
  EXPECT_TRUE(graph.is_constant({0}));
  const auto read = graph.inputs_of(targets[0]);
  EXPECT_EQ(std::vector<TaskId>(read.begin(), read.end()), (std::vector<TaskId>{{1}, {0}, {1}}));
  EXPECT_EQ(graph.arguments_of(targets[0])[1], std::byte{2});
  EXPECT_EQ(graph.key(targets[0]), b.layer->key(b.index));
  EXPECT_EQ(graph.name({0}), "held-00000000");
}

TEST(ExplicitLayer, CarriesTheAnnotationsInForceAndTheTasksOwn) {
  open_layer::close();
  const TaskRef plain = add_task({});
  const TaskRef own = add_task({}, 2, {.priority = 7});
  TaskRef scoped = plain;
  {
    const annotate scope({.priority = 1, .retries = 2});
    scoped = add_task({&own}, 3, {.priority = 9});
  }
  const TaskRef after = add_task({&scoped}, 4);
  const auto [graph, targets] = expand_all({&plain, &own, &scoped, &after});
  EXPECT_TRUE(graph.annotations_of(targets[0]).empty());
  EXPECT_EQ(graph.annotations_of(targets[1]).priority, 7);
  EXPECT_EQ(graph.annotations_of(targets[2]).priority, 9);
  EXPECT_EQ(graph.annotations_of(targets[2]).retries, 2);
  EXPECT_TRUE(graph.annotations_of(targets[3]).empty());
}

TEST(OpenLayer, CollectsTasksUntilItIsFull) {
  open_layer::close();
  const TaskRef first = add_task({});
  for (std::uint32_t i = 1; i < ExplicitLayer::kMostTasks; ++i) add_task({});
  const TaskRef next = add_task({&first});
  EXPECT_EQ(first.layer->size(), ExplicitLayer::kMostTasks);
  EXPECT_NE(next.layer, first.layer);
  EXPECT_EQ(expand_all({&next}).graph.size(), ExplicitLayer::kMostTasks + 1);
}

TEST(OpenLayer, RefersOnlyToOlderLayers) {
  open_layer::close();
  const TaskRef mine = add_task({});
  TaskRef theirs = mine;
  std::thread([&] { theirs = add_task({&mine}); }).join();
  EXPECT_GT(theirs.layer->sequence(), mine.layer->sequence());
  const TaskRef again = add_task({&theirs});  // the open layer is older than that one: begins a new layer
  EXPECT_NE(again.layer, mine.layer);
  EXPECT_GT(again.layer->sequence(), theirs.layer->sequence());
  EXPECT_EQ(expand_all({&again}).graph.size(), 3u);
}

TEST(OpenLayer, NumbersTheCallsOfThreadsApart) {
  const std::uint64_t mine = open_layer::next_number();
  EXPECT_EQ(open_layer::next_number(), mine + 1);
  std::uint64_t theirs = mine;
  std::thread([&] { theirs = open_layer::next_number(); }).join();
  EXPECT_GT(theirs, mine + (std::uint64_t{1} << 32));
}

}  // namespace
}  // namespace bask
