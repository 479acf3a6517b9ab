// What layers of arrays say that their tasks do, for forecasts: all tasks of a graph together.
#include <gtest/gtest.h>
#include <bask/collections/array.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/merge_equal.hpp>
#include <bask/plan/result_sizes.hpp>
#include <bask/plan/share_work.hpp>

namespace bask::task_work_test {
namespace {

constexpr std::int64_t kLength = 64, kChunk = 16;
constexpr double kElements = kLength * kLength;

template <class... Arrays>
TaskWork work_of(const Arrays&... arrays) {
  const arguments::CallPacker packer = arguments::pack_targets(arrays...);
  const Expansion expansion = share_work(merge_equal(expand(packer.inputs())));
  const TaskGraph& graph = expansion.graph;
  const ResultSizes sizes = result_sizes(graph, {});
  TaskWork sum;
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (graph.is_constant({task})) continue;
    std::vector<float> inputs;
    for (const TaskId input : graph.inputs_of({task}))
      if (!graph.is_constant(input)) inputs.push_back(sizes.of(graph, input));
    const LayerPlace place = graph.place_of({task});
    const auto work = place.layer->work(place.index, graph.groups[graph.group[task]].kernel,
                                        {inputs, sizes.of(graph, {task})});
    if (!work) continue;
    sum.operations += work->operations;
    sum.functions += work->functions;
    sum.uniform_numbers += work->uniform_numbers;
    sum.other_random_numbers += work->other_random_numbers;
    sum.multiply_adds += work->multiply_adds;
  }
  return sum;
}

Array<double> numbers() {
  return random::default_rng(1).random({kLength, kLength}, {kChunk, kChunk});
}

TEST(TaskWork, CountsOperationsFunctionsAndRandomNumbersByElement) {
  const TaskWork work =
      work_of(exp(numbers() + 1.0) * 2.0 - random::default_rng(2).normal(0, 1, {kLength}, {kChunk}));
  EXPECT_EQ(work.operations, 3 * kElements);
  EXPECT_EQ(work.functions, kElements);
  EXPECT_EQ(work.uniform_numbers, kElements);
  EXPECT_EQ(work.other_random_numbers, kElements) << "a row is made again for each row that reads it";
}

TEST(TaskWork, CountsWhatIsReadTwiceTwiceAndOfJoinedArraysEachPartOnce) {
  const Array<double> x = numbers();
  EXPECT_EQ(work_of(x + transpose(x)).uniform_numbers, 2 * kElements);
  EXPECT_EQ(work_of(concatenate({x, numbers()}, 0)).uniform_numbers, 2 * kElements);
}

TEST(TaskWork, CountsAReductionAsOneOperationMoreForEachElement) {
  const TaskWork work = work_of((numbers() + 1.0).sum());
  EXPECT_EQ(work.operations, 2 * kElements);
  EXPECT_EQ(work.uniform_numbers, kElements);
}

TEST(TaskWork, CountsAPassForSeveralReductionsOnce) {
  const Array<double> x = numbers();
  const TaskWork work = work_of(x.sum(), x.max());
  EXPECT_EQ(work.operations, 2 * kElements);
  EXPECT_EQ(work.uniform_numbers, kElements) << "both read the same numbers, and picking out does nothing";
}

TEST(TaskWork, CountsTheStepsOfProducts) {
  // A block has 72 bytes besides its elements.
  EXPECT_NEAR(work_of(matmul(numbers(), numbers())).multiply_adds, kElements * kLength,
              0.06 * kElements * kLength);
}

TEST(TaskWork, CountsNothingWhereLengthsAreNotKnown) {
  const Array<double> x = numbers();
  EXPECT_EQ(work_of(x.reshape({-1})[x.reshape({-1}) > 0.5].sum()).multiply_adds, 0);
}

}  // namespace
}  // namespace bask::task_work_test
