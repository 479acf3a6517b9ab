// Generated layers: the tasks that a function describes, checked against what their kernel takes.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/graph/generated_layer.hpp>

#include "test_tasks.hpp"

namespace bask {
namespace {

// Task i carries i and reads task i - 1, and task i of the first input layer if there is one.
struct Line {
  std::uint32_t from = 0;
  bool reads_layer = false;
  void operator()(std::uint32_t i, TaskWriter& task) const {
    task.argument(from + i);
    if (i > 0) task.own_input(i - 1);
    if (reads_layer) task.input(0, i);
  }
};

template <class G>
TaskRef generated(std::uint32_t size, const G& generator, std::vector<LayerPtr> inputs = {},
                  bool reads_own = true) {
  const LayerKernel kernel{kTestKernel, &typeid(std::uint32_t), reads_own};
  return {LayerPtr(new GeneratedLayer<G>("line", kernel, size, generator, std::move(inputs))), size - 1};
}

template <class G>
std::string refusal(const G& generator, std::vector<LayerPtr> inputs = {}, bool reads_own = true) {
  const TaskRef last = generated(3, generator, std::move(inputs), reads_own);
  try {
    expand_all({&last});
    return "expanded";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(GeneratedLayer, HasTheTasksThatItsFunctionDescribes) {
  const TaskRef below = generated(3, Line{100});
  const TaskRef above = generated(3, Line{0, true}, {below.layer});
  const auto [graph, targets] = expand_all({&above});
  ASSERT_EQ(graph.size(), 6u);
  EXPECT_EQ(targets[0], TaskId{5});
  const auto read = graph.inputs_of({5});
  EXPECT_EQ(std::vector<TaskId>(read.begin(), read.end()), (std::vector<TaskId>{{4}, {2}}));
  std::uint32_t argument;
  std::memcpy(&argument, graph.arguments_of({1}), sizeof(argument));
  EXPECT_EQ(argument, 101u);
  EXPECT_EQ(graph.layer_name({1}), "line");
  EXPECT_EQ(graph.key({5}), above.layer->key(2));
}

TEST(GeneratedLayer, HasKeysByContent) {
  const TaskRef a = generated(3, Line{1}), b = generated(3, Line{1}), c = generated(3, Line{2});
  const TaskRef larger = generated(4, Line{1});
  EXPECT_EQ(a.layer->key(2), b.layer->key(2));
  EXPECT_NE(a.layer->key(2), a.layer->key(1));
  EXPECT_NE(a.layer->key(2), c.layer->key(2));
  EXPECT_EQ(a.layer->key(2), larger.layer->key(2));
  EXPECT_NE(a.layer->content_key(), larger.layer->content_key());
}

TEST(GeneratedLayer, IsExpandedOnceWhenThereAreEqualOnes) {
  const TaskRef a = generated(3, Line{1}), b = generated(3, Line{1});
  const TaskRef above_a = generated(3, Line{0, true}, {a.layer});
  const TaskRef above_b = generated(3, Line{0, true}, {b.layer});
  const auto [graph, targets] = expand_all({&b, &a, &above_a, &above_b});
  EXPECT_EQ(graph.size(), 6u);
  EXPECT_EQ(targets, (std::vector<TaskId>{{2}, {2}, {5}, {5}}));
}

TEST(GeneratedLayer, CarriesTheAnnotationsOfItsScope) {
  const TaskRef plain = generated(2, Line{1});
  const annotate scope({.priority = 4});
  const TaskRef urgent = generated(2, Line{2});
  const auto [graph, targets] = expand_all({&plain, &urgent});
  EXPECT_TRUE(graph.annotations_of(targets[0]).empty());
  EXPECT_EQ(graph.annotations_of(targets[1]).priority, 4);
}

struct ReadsLater {
  void operator()(std::uint32_t i, TaskWriter& task) const {
    task.argument(i);
    task.own_input(i);
  }
};
struct ReadsBeyond {
  void operator()(std::uint32_t i, TaskWriter& task) const {
    task.argument(i);
    task.input(0, i + 1);
  }
};
struct WritesNoArgument {
  void operator()(std::uint32_t, TaskWriter&) const {}
};
struct WritesAnother {
  void operator()(std::uint32_t, TaskWriter& task) const { task.argument(1.5); }
};
struct WritesAFloat {
  void operator()(std::uint32_t, TaskWriter& task) const { task.argument(1.5f); }
};

TEST(GeneratedLayer, RefusesInputsThatAreNotThere) {
  EXPECT_EQ(refusal(ReadsLater{}),
            "tasks: task 0 reads task 0 of its own layer; read tasks with smaller indices only");
  EXPECT_EQ(refusal(Line{}, {}, false),
            "tasks: task 1 reads task 0 of its own layer; its function does not take Inputs of its own "
            "result's type");
  EXPECT_EQ(refusal(ReadsBeyond{}, {generated(3, Line{}).layer}),
            "tasks: task 2 reads task 3 of input 0, which has 3 tasks; read one that it has");
  EXPECT_EQ(refusal(ReadsBeyond{}),
            "tasks: task 0 reads task 1 of input 0, which is not there; give the layer that it reads to "
            "bask::tasks");
}

TEST(GeneratedLayer, RefusesAnArgumentOfAnotherType) {
  const std::string fix = "; call argument() once for each task, with a value of exactly that type";
  EXPECT_EQ(refusal(WritesNoArgument{}),
            "tasks: task 0 was given no argument, and its function takes a unsigned int" + fix);
  EXPECT_EQ(refusal(WritesAnother{}),
            "tasks: task 0 was given a double, and its function takes a unsigned int" + fix);
  EXPECT_EQ(refusal(WritesAFloat{}),
            "tasks: task 0 was given a float, and its function takes a unsigned int" + fix);
}

}  // namespace
}  // namespace bask
