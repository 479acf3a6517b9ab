#include <gtest/gtest.h>
#include <bask/events/task_sampling.hpp>

#include <algorithm>
#include <map>
#include <random>

namespace bask::task_sampling_test {

// One tick is a nanosecond.
constexpr double kTicksPerUs = 1000;
constexpr std::int64_t kBetween = 100;
constexpr Activity kA{16}, kB{17};

struct Sum {
  std::uint64_t tasks = 0, bytes = 0, timed = 0;
  std::int64_t ticks = 0, longest = 0;
};

// Runs tasks of known durations on a thread whose clock is `now_`.
class Thread {
 public:
  Thread() : sampling_(1) { sampling_.set_scale(kTicksPerUs); }

  // Returns whether it was timed.
  bool run(Activity layer, std::int64_t ticks, std::uint64_t bytes = 8) {
    now_ += kBetween;
    const bool is_timed = sampling_.times_next(layer);
    if (is_timed) {
      if (sampling_.has_untimed()) {
        close();
      } else {
        sampling_.learn_between(now_ - read_at_);
      }
    }
    now_ += ticks;
    if (is_timed) {
      sampling_.learn(layer, ticks, bytes);
      add(layer, 1, bytes, ticks);
      ++sums_[layer].timed;
      read_at_ = now_;
    } else {
      sampling_.add(layer, bytes);
    }
    return is_timed;
  }
  void delay(std::int64_t ticks) { now_ += ticks; }
  void close(TaskSampling::Excess excess = TaskSampling::Excess::kTask) {
    std::int64_t at = read_at_;
    for (const Event& event : sampling_.close(read_at_, now_, excess)) {
      EXPECT_GE(event.begin, at);
      EXPECT_GE(event.end, event.begin);
      at = event.end;
      add(event.activity, event.tasks, event.bytes, event.end - event.begin);
    }
    EXPECT_LE(at, now_);
    read_at_ = now_;
  }
  void run_until_untimed(Activity layer, std::int64_t ticks) {
    int runs = 0;
    while (run(layer, ticks) && runs < 1000) ++runs;
    EXPECT_LT(runs, 1000) << "all are timed";
  }
  TaskSampling& sampling() { return sampling_; }
  const Sum& of(Activity layer) { return sums_[layer]; }

 private:
  void add(Activity layer, std::uint64_t tasks, std::uint64_t bytes, std::int64_t ticks) {
    Sum& sum = sums_[layer];
    sum.tasks += tasks;
    sum.bytes += bytes;
    sum.ticks += ticks;
    sum.longest = std::max(sum.longest, ticks / static_cast<std::int64_t>(tasks));
  }

  TaskSampling sampling_;
  std::int64_t now_ = 1'000'000, read_at_ = now_;
  std::map<Activity, Sum> sums_;
};

TEST(TaskSampling, TimesAllBeforeItKnowsTheClock) {
  TaskSampling sampling(0);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(sampling.times_next(kA));
    sampling.learn(kA, 1, 0);
  }
}

TEST(TaskSampling, TimesAllTasksOfLayersThatAreNotShort) {
  Thread thread;
  for (int i = 0; i < 1000; ++i) {
    thread.run(kA, 500);
    EXPECT_TRUE(thread.run(kB, 5000));
  }
  EXPECT_LT(thread.of(kA).timed, 200u);
}

TEST(TaskSampling, TimesTheFirstTasksOfALayer) {
  Thread thread;
  for (int i = 0; i < 1000; ++i) thread.run(kA, 500);
  for (std::uint32_t i = 0; i < TaskSampling::kFirstTimed; ++i) EXPECT_TRUE(thread.run(kB, 500));
}

TEST(TaskSampling, TimesOneInSeventeenShortTasks) {
  Thread thread;
  for (int i = 0; i < 100'000; ++i) thread.run(kA, 500);
  EXPECT_GT(thread.of(kA).timed, 100'000u / 20);
  EXPECT_LT(thread.of(kA).timed, 100'000u / 15);
}

TEST(TaskSampling, CountsEveryTaskAndItsBytes) {
  std::mt19937 random(1);
  Thread thread;
  std::map<Activity, Sum> expected;
  for (int i = 0; i < 50'000; ++i) {
    const auto layer = static_cast<Activity>(16 + random() % 40);
    const std::uint64_t bytes = random() % 100;
    thread.run(layer, random() % 1000 == 0 ? 1'000'000 : 1000 + random() % 1000, bytes);
    ++expected[layer].tasks;
    expected[layer].bytes += bytes;
  }
  thread.close();
  for (const auto& [layer, sum] : expected) {
    EXPECT_EQ(thread.of(layer).tasks, sum.tasks);
    EXPECT_EQ(thread.of(layer).bytes, sum.bytes);
  }
}

// Both become longer. A fixed stride of an even number would time tasks of one of the layers only.
TEST(TaskSampling, EstimatesTheTimeOfKindsThatComeInTurn) {
  std::mt19937 random(2);
  Thread thread;
  std::int64_t a = 0, b = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto ticks_a = static_cast<std::int64_t>(200 + random() % 200) + i / 200;
    const auto ticks_b = static_cast<std::int64_t>(500 + random() % 1000) + i / 100;
    thread.run(kA, ticks_a);
    thread.run(kB, ticks_b);
    a += ticks_a;
    b += ticks_b;
  }
  thread.close();
  EXPECT_NEAR(static_cast<double>(thread.of(kA).ticks), static_cast<double>(a),
              0.02 * static_cast<double>(a));
  EXPECT_NEAR(static_cast<double>(thread.of(kB).ticks), static_cast<double>(b),
              0.02 * static_cast<double>(b));
}

TEST(TaskSampling, CountsTheTimeOfLongTasksAmongShortOnes) {
  constexpr std::int64_t kLong = 1'000'000;
  Thread thread;
  for (int i = 0; i < 1000; ++i) thread.run(kA, 500);
  for (int i = 0; i < 50; ++i) {
    thread.run_until_untimed(kA, 500);
    if (thread.run(kA, kLong)) --i;
  }
  thread.close();
  const auto short_ticks = static_cast<std::int64_t>(thread.of(kA).tasks) * 500;
  EXPECT_NEAR(static_cast<double>(thread.of(kA).ticks), static_cast<double>(short_ticks), 50.0 * kLong * 1.2);
  EXPECT_GT(thread.of(kA).ticks, 50 * kLong);
  EXPECT_GT(thread.of(kA).longest, kLong * 98 / 100);
}

// An estimate from these would be wrong for all that are not timed.
TEST(TaskSampling, ExpectsNoOtherTaskToTakeAsLongAsALongOne) {
  constexpr std::int64_t kTasks = 200'000, kLong = 50'000, kBetweenLong = 300;
  Thread thread;
  for (int i = 0; i < kTasks; ++i) {
    thread.delay(1000);
    thread.run(kA, i % kBetweenLong == kBetweenLong - 1 ? kLong : 500);
  }
  thread.close();
  const auto expected = static_cast<double>(kTasks * 500 + kTasks / kBetweenLong * kLong);
  EXPECT_NEAR(static_cast<double>(thread.of(kA).ticks), expected, 0.03 * expected);
}

TEST(TaskSampling, ExpectsNoOtherTaskToTakeAsLongAsTheFirst) {
  Thread thread;
  thread.run(kA, 50'000);
  for (int i = 0; i < 2000; ++i) {
    thread.delay(1000);
    thread.run(kA, 500);
  }
  thread.close();
  EXPECT_NEAR(static_cast<double>(thread.of(kA).ticks), 1'050'000, 50'000);
}

TEST(TaskSampling, TimesAllTasksOfALayerThatIsNoLongerShort) {
  Thread thread;
  for (int i = 0; i < 1000; ++i) thread.run(kA, 500);
  for (int i = 0; i < 200; ++i) thread.run(kA, 5000);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(thread.run(kA, 5000));
}

TEST(TaskSampling, TimesTheTasksAfterALongOne) {
  Thread thread;
  for (int i = 0; i < 1000; ++i) thread.run(kA, 500);
  thread.run_until_untimed(kA, 500);
  if (!thread.run(kA, 1'000'000)) {
    while (!thread.run(kA, 500)) {
    }
  }
  for (std::uint32_t i = 1; i < TaskSampling::kTimedAfter; ++i) EXPECT_TRUE(thread.run(kA, 500));
}

TEST(TaskSampling, LeavesTheRuntimeWhatWasItsOwn) {
  Thread thread;
  for (int i = 0; i < 1000; ++i) thread.run(kA, 500);
  thread.run_until_untimed(kA, 500);
  thread.delay(1'000'000);
  thread.close(TaskSampling::Excess::kRuntime);
  EXPECT_LT(thread.of(kA).ticks, 700'000);
  EXPECT_LT(thread.of(kA).longest, 1000);
}

// Timing them would cost little then; and delays are hard to tell from long tasks.
TEST(TaskSampling, TimesAllWhereTheRuntimeTakesLongBetweenTasks) {
  Thread thread;
  for (int i = 0; i < 1000; ++i) {
    thread.delay(50'000);
    EXPECT_TRUE(thread.run(kA, 500));
  }
}

}  // namespace bask::task_sampling_test
