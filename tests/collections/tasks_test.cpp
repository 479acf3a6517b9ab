// tasks: layers described by a function of the index, computed and mixed with delayed calls.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include <atomic>

namespace bask::tasks_test {

struct Sums {  // task i adds i to the result of task i - 1
  void operator()(std::uint32_t i, TaskWriter& task) const {
    task.argument(i);
    if (i > 0) task.own_input(i - 1);
  }
};
unsigned sum(unsigned i, Inputs<unsigned> before) {
  return i + (before.empty() ? 0 : before[0]);
}

struct Pairs {  // task i reads tasks 2i and 2i + 1 of its input
  void operator()(std::uint32_t i, TaskWriter& task) const {
    task.argument(1.0 * i);
    task.input(0, 2 * i);
    task.input(0, 2 * i + 1);
  }
};
std::string join(double i, Inputs<unsigned> pair) noexcept {
  return std::to_string(static_cast<int>(i)) + ":" + std::to_string(pair[0]) + "," + std::to_string(pair[1]);
}

std::atomic<int> executions{0};
struct Numbers {
  std::uint32_t first = 0;
  void operator()(std::uint32_t i, TaskWriter& task) const { task.argument(first + i); }
};
unsigned counted(unsigned x) {
  ++executions;
  return x;
}

class TasksTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(TasksTest, ReadEarlierTasksOfTheirLayer) {
  const auto sums = tasks<sum>(100, Sums{});
  EXPECT_EQ(sums[99].compute(), 4950u);
  EXPECT_EQ(sums[0].compute(), 0u);
}

TEST_F(TasksTest, ReadOtherLayers) {
  const auto sums = tasks<sum>(10, Sums{});
  const auto joined = tasks<join>(5, Pairs{}, sums);
  EXPECT_EQ(joined[2].compute(), "2:10,15");
}

TEST_F(TasksTest, MixWithDelayedCalls) {
  const auto sums = tasks<sum>(10, Sums{});
  const auto lazy = delayed([](const std::string& a, unsigned b) { return a + "/" + std::to_string(b); });
  EXPECT_EQ(lazy(tasks<join>(5, Pairs{}, sums)[0], sums[9] + 1u).compute(), "0:0,1/46");
}

TEST_F(TasksTest, RunOnlyWhatIsAskedFor) {
  executions = 0;
  const auto numbers = tasks<counted>(1000, Numbers{});
  EXPECT_EQ(compute(std::vector{numbers[3], numbers[5]}), (std::vector<unsigned>{3, 5}));
  EXPECT_EQ(executions, 2);
}

TEST_F(TasksTest, OfEqualLayersRunOnce) {
  executions = 0;
  const auto a = tasks<counted>(10, Numbers{5}), b = tasks<counted>(10, Numbers{5});
  EXPECT_EQ((a[1] + b[1]).compute(), 12u);
  EXPECT_EQ(executions, 1);
}

TEST_F(TasksTest, SayWhichIndicesThereAre) {
  try {
    tasks<counted>(10, Numbers{})[10];
    FAIL() << "there is no task 10";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "tasks: index 10 is out of range; use an index from 0 to 9");
  }
  EXPECT_THROW(tasks<counted>(0, Numbers{})[0], Error);
}

}  // namespace bask::tasks_test
