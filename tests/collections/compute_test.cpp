// compute and persist: shared work is done once, results stay, wrong use is refused;
// the same by every scheduler.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>

#include "../many.hpp"
#include "random_program.hpp"

#include <atomic>
#include <map>
#include <numeric>
#include <thread>

namespace bask::compute_test {

std::atomic<int> executions{0};
int counted(int x) {
  ++executions;
  return x;
}

class ComputeTest : public testing::Test {
 protected:
  void SetUp() override { executions = 0; }
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(ComputeTest, DoesWhatIsSharedOnce) {
  const auto shared = delayed<counted>(5);
  const auto [a, b] = compute(shared + 1, shared + 2);
  EXPECT_EQ(a, 6);
  EXPECT_EQ(b, 7);
  EXPECT_EQ(executions, 1);
}

TEST_F(ComputeTest, GivesTheSameShapeWithValues) {
  const auto x = delayed<counted>(5);
  const std::map<std::string, std::vector<Delayed<int>>> lazy{{"a", {x, x + 1}}, {"b", {}}};
  EXPECT_EQ(compute(lazy), (std::map<std::string, std::vector<int>>{{"a", {5, 6}}, {"b", {}}}));
  const auto [number, text, values] = compute(x, std::string("constant"), std::vector{x, x});
  EXPECT_EQ(number, 5);
  EXPECT_EQ(text, "constant");
  EXPECT_EQ(values, (std::vector<int>{5, 5}));
}

TEST_F(ComputeTest, IsDoneAtOnceForConstantsAndForNothing) {
  EXPECT_EQ(delayed(5).compute(), 5);
  EXPECT_EQ(compute(std::vector<Delayed<int>>()), std::vector<int>());
}

TEST_F(ComputeTest, RunsOnlyWhatIsNeeded) {
  const auto needed = delayed<counted>(1);
  const auto idle = delayed<counted>(2) + needed;
  EXPECT_EQ((needed + 1).compute(), 2);
  EXPECT_EQ(executions, 1);
}

TEST_F(ComputeTest, HoldsAChainOfAMillionAndADeepTree) {
  Delayed<int> chain = delayed<counted>(0);
  for (int i = 0; i < many(1'000'000); ++i) chain = chain + 1;
  EXPECT_EQ(chain.compute(), many(1'000'000));
  std::vector<Delayed<int>> level;
  for (int i = 0; i < (1 << 14); ++i) level.push_back(delayed<counted>(i));
  while (level.size() > 1) {
    for (std::size_t i = 0; i < level.size() / 2; ++i) level[i] = level[2 * i] + level[2 * i + 1];
    level.erase(level.begin() + static_cast<std::ptrdiff_t>(level.size() / 2), level.end());
  }
  EXPECT_EQ(level[0].compute(), (1 << 13) * ((1 << 14) - 1));
}

TEST_F(ComputeTest, InsideATaskIsRefusedWithAdvice) {
  const auto inner = delayed([] { return delayed<counted>(1).compute(); })();
  try {
    inner.compute();
    FAIL() << "a task computed";
  } catch (const TaskError& error) {
    EXPECT_NE(
        std::string(error.what())
            .find(
                "compute: it was called inside a task, which would wait for the threads it keeps busy; "
                "return the value, or build the larger graph first and compute it outside; a Delayed passed "
                "as an argument arrives computed"),
        std::string::npos)
        << error.what();
  }
  EXPECT_EQ(executions, 0);
}

TEST(ComputeWithoutClient, IsRefusedWithAdvice) {
  try {
    delayed<counted>(1).compute();
    FAIL() << "it was computed by nobody";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "compute: nothing is there to run tasks; call it inside the function given to "
                 "bask::run(argc, argv, …), or while a bask::Client lives");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
}

// A task may not compute. Neither may a thread that the task starts: the thread would wait for the task,
// which waits for the thread.
TEST_F(ComputeTest, WhileAnotherIsRunningIsRefused) {
  const auto refused = delayed([](int x) {
    std::string message;
    std::thread other([&] {
      try {
        delayed<counted>(x).compute();
      } catch (const Error& error) {
        message = error.what();
      }
    });
    other.join();
    return message;
  })(1);
  EXPECT_EQ(
      refused.compute(),
      "compute: another computation is running; compute both in one go, compute(a, b), or one after the "
      "other, outside of tasks");
}

// Counts its objects; large, so that it is never kept inside a task.
struct Large {
  static inline std::atomic<int> alive{0};
  Large() { ++alive; }
  explicit Large(int v) : number(v) { ++alive; }
  Large(const Large& other) : number(other.number) { ++alive; }
  Large(Large&& other) noexcept : number(other.number) { ++alive; }
  ~Large() { --alive; }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& number& filling;
  }
  int number = 0;
  std::string filling = std::string(400, 'x');
};
Large make_large(int x) {
  return Large(x);
}
int number_of(const Large& large) {
  return large.number;
}

TEST_F(ComputeTest, FreesEachResultWhenItsReadersHaveRun) {
  static std::atomic<int> most{0};
  most = 0;
  const auto watch = delayed([](const Large& large) {
    int alive = Large::alive;
    for (int seen = most; seen < alive && !most.compare_exchange_weak(seen, alive);) {
    }
    return large.number;
  });
  std::vector<Delayed<int>> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(watch(delayed<make_large>(i)));
  compute(numbers);
  EXPECT_LE(most, 4);  // two threads, each with the value and a copy on its way into the store
  EXPECT_EQ(Large::alive, 0);
}

TEST_F(ComputeTest, PersistKeepsResultsAndFreesTheOldGraph) {
  open_layer::close();
  {
    auto held = delayed<make_large>(7);
    auto number = delayed<number_of>(delayed(Large(8)));
    EXPECT_EQ(Large::alive, 1);  // the constant
    std::tie(held, number) = persist(held, number);
    EXPECT_EQ(Large::alive, 1);  // the result
    EXPECT_EQ(delayed<number_of>(held).compute() + number.compute(), 15);
    EXPECT_EQ(held.compute().number, 7);
  }
  open_layer::close();
  EXPECT_EQ(Large::alive, 0);
}

TEST_F(ComputeTest, PersistRunsNothingAgain) {
  const auto held = delayed<counted>(5).persist();
  EXPECT_EQ(held.compute() + (held + 1).compute(), 11);
  EXPECT_EQ(held.persist().compute(), 5);
  EXPECT_EQ(executions, 1);
}

TEST_F(ComputeTest, PersistKeepsTheShape) {
  const auto x = delayed<counted>(5);
  const auto held =
      persist(std::map<std::string, std::vector<Delayed<int>>>{{"a", {x, x + 1, x}}, {"b", {}}});
  EXPECT_EQ(compute(held), (std::map<std::string, std::vector<int>>{{"a", {5, 6, 5}}, {"b", {}}}));
  EXPECT_EQ(executions, 1);
}

void expect_random_programs_right(const Options& options) {
  const Client client(options);
  for (unsigned seed = 0; seed < 100; ++seed) {
    const RandomProgram program(seed);
    for (int again = 0; again < 3; ++again)
      ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed;
  }
}

TEST(RandomGraphs, GiveTheSerialResultBySync) {
  expect_random_programs_right({.scheduler = Scheduler::kSync});
}

TEST(RandomGraphs, GiveTheSerialResultByThreads) {
  for (const int threads : {1, 2, 4}) expect_random_programs_right({.threads = threads});
}

TEST(RandomGraphs, GiveTheSerialResultWithoutFusion) {
  expect_random_programs_right({.threads = 4, .fuse = false});
}

}  // namespace bask::compute_test
