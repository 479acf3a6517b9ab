// Random programs within memory limits that are as tight as they can be: the same results as without a limit,
// no hang, nothing left in the ledger or on the disk; with failures, cancels and bad disks, too.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include "../many.hpp"
#include "../system/directory_test.hpp"
#include "bad_disk.hpp"
#include "limited_runtime.hpp"
#include "memory_program.hpp"

#include <random>
#include <string>

namespace bask::memory_random_test {

constexpr std::chrono::seconds kPatience(kSanitized ? 60 : 20);

// What a program needs and gives, without a limit.
struct Reference {
  Reference(unsigned seed, const std::string& scratch) {
    LimitedRuntime runtime(LimitedRuntime::kNoLimit, 0, scratch);
    runtime.measure();
    const MemoryProgram program(seed, true);
    result = program.computed();
    EXPECT_EQ(result, program.expected()) << "seed " << seed;
    runs = runtime.runs();
    for (const MeasuredRun& run : runs) {
      need = std::max(need, run.need);
      largest = std::max(largest, run.largest);
    }
  }
  std::string result;
  std::vector<MeasuredRun> runs;
  std::uint64_t need = 0, largest = 0;
};

class MemoryRandomTest : public DirectoryTest {
 protected:
  void SetUp() override {
    DirectoryTest::SetUp();
    MemoryProgram::in_task = [] {};
  }
  void TearDown() override {
    MemoryProgram::in_task = [] {};
    DirectoryTest::TearDown();
  }
  /// Runs a program; what it computed, or the text of its error.
  static std::string outcome(unsigned seed) {
    try {
      return MemoryProgram(seed, false).computed();
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  static void expect_nothing_left(LimitedRuntime& runtime) {
    EXPECT_EQ(runtime.ledger().held(), 0u);
    for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
      EXPECT_EQ(runtime.ledger().held(static_cast<MemoryKind>(kind)), 0u) << name_of(MemoryKind(kind));
    if (runtime.memory().use().spilled == 0) return;
    EXPECT_EQ(runtime.memory().spill_store().bytes_held(), 0u);
  }
};

std::string traced(unsigned seed, unsigned threads, std::uint64_t limit, std::uint64_t need) {
  return "seed " + std::to_string(seed) + ", " + std::to_string(threads) + " threads, limit " +
         std::to_string(limit) + " of " + std::to_string(need);
}
constexpr unsigned kThreads[] = {0, 1, 2, 4};

// One program under a limit, which follows from what it needs, on one of several numbers of threads.
struct Trial {
  using LimitFor = std::uint64_t (*)(std::uint64_t need, const Trial& trial);
  Trial(int own_number, int first_seed, const std::string& directory, LimitFor limit_for)
      : number(own_number),
        seed(static_cast<unsigned>(first_seed + number)),
        reference(seed, directory),
        limit(limit_for(reference.need, *this)),
        trace(__FILE__, __LINE__, traced(seed, threads, limit, reference.need)),
        watchdog(traced(seed, threads, limit, reference.need), kPatience),
        runtime(limit, threads, directory) {}
  const int number;
  const unsigned seed, threads = kThreads[number % 4];
  const Reference reference;
  const std::uint64_t limit;
  const testing::ScopedTrace trace;
  const Watchdog watchdog;
  LimitedRuntime runtime;
};

// Every third time exactly that, else up to twice as much.
std::uint64_t what_it_needs_or_more(std::uint64_t need, const Trial& trial) {
  return need + (trial.number % 3 == 0 ? 0 : std::mt19937(trial.seed)() % (need + 1));
}

TEST_F(MemoryRandomTest, SizesThatAreKnownNeverTakeMoreThanTheLimit) {
  std::uint64_t spilled = 0;
  for (int number = 0; number < many(500); ++number) {
    Trial trial(number, 0, directory_, what_it_needs_or_more);
    trial.runtime.know(trial.reference.runs);
    ASSERT_EQ(outcome(trial.seed), trial.reference.result);
    ASSERT_LE(trial.runtime.peak(), trial.limit);
    expect_nothing_left(trial.runtime);
    spilled += trial.runtime.memory().use().spilled;
  }
  EXPECT_GT(spilled, 0u);
}

TEST_F(MemoryRandomTest, SizesThatAreGuessedTakeMoreByWhatUnitsThatWereLetInMakeAtMost) {
  for (int number = 0; number < many(500); ++number) {
    Trial trial(number, 1000, directory_, what_it_needs_or_more);
    ASSERT_EQ(outcome(trial.seed), trial.reference.result);
    // Units that run, and those that were let in ahead of them, may each make more than was guessed.
    ASSERT_LE(trial.runtime.peak(),
              trial.limit + (3 * std::max(trial.threads, 1u) + 2) * trial.reference.largest);
    expect_nothing_left(trial.runtime);
  }
}

TEST_F(MemoryRandomTest, WhatDoesNotFitIsRefusedWithTheReason) {
  int refused = 0;
  for (int number = 0; number < many(200); ++number) {
    Trial trial(number, 2000, directory_, [](std::uint64_t need, const Trial&) { return need * 3 / 4; });
    if (number % 2 == 0) trial.runtime.know(trial.reference.runs);
    const std::string result = outcome(trial.seed);
    if (result == trial.reference.result) {
      EXPECT_TRUE(number % 2 == 1) << "known sizes are refused";
    } else {
      ++refused;
      EXPECT_NE(result.find(", and this rank may use "), result.npos) << result;
    }
    expect_nothing_left(trial.runtime);
  }
  EXPECT_GT(refused, many(200) / 2);
}

TEST_F(MemoryRandomTest, AFailureOrACancelLeavesNothingAndTheMemoryIsUsableAfterwards) {
  int ended_early = 0;
  for (int number = 0; number < many(300); ++number) {
    Trial trial(number, 3000, directory_, [](std::uint64_t need, const Trial&) { return need + need / 8; });
    std::atomic<int> left = static_cast<int>(std::mt19937(trial.seed)() % 12);
    MemoryProgram::in_task = [&] {
      if (left-- != 0) return;
      if (number % 8 < 4) throw std::runtime_error("it was time to fail");
      trial.runtime.cancel();
    };
    const std::string result = outcome(trial.seed);
    MemoryProgram::in_task = [] {};
    if (result != trial.reference.result) {
      ++ended_early;
      EXPECT_TRUE(result == "it was time to fail" ||
                  result == "compute: it was stopped; start it again to compute the rest")
          << result;
    }
    expect_nothing_left(trial.runtime);
    ASSERT_EQ(outcome(trial.seed), trial.reference.result) << "afterwards";
    expect_nothing_left(trial.runtime);
  }
  EXPECT_GT(ended_early, many(300) / 4);
}

TEST_F(MemoryRandomTest, ABadDiskGivesTheResultOrItsErrorAndNeverAnotherResult) {
  int failed[BadDisk::kFaults] = {}, passed[BadDisk::kFaults] = {};
  for (int number = 0; number < many(400); ++number) {
    const auto seed = static_cast<unsigned>(4000 + number);
    const Reference reference(seed, directory_);
    const unsigned threads = kThreads[number % 4];
    std::mt19937 random(seed);
    BadDisk disk{static_cast<BadDisk::Fault>(number / 4 % BadDisk::kFaults), static_cast<int>(random() % 6),
                 static_cast<off_t>(random() % 8 * 16384)};
    SCOPED_TRACE(traced(seed, threads, reference.need, reference.need) + ", fault " +
                 std::to_string(disk.fault));
    const Watchdog watchdog(traced(seed, threads, reference.need, disk.fault), kPatience);
    LimitedRuntime runtime(reference.need, threads, directory_, disk.calls());
    if (number % 3 != 0) runtime.know(reference.runs);
    const std::string result = outcome(seed);
    if (result == reference.result) {
      ++passed[disk.fault];
    } else {
      ++failed[disk.fault];
      EXPECT_NE(disk.fault, BadDisk::kShort) << result;
      EXPECT_NE(result.find(disk.text()), std::string::npos) << result;
    }
    expect_nothing_left(runtime);
  }
  for (int fault = BadDisk::kFull; fault < BadDisk::kFaults; ++fault) {
    EXPECT_GT(passed[fault] + failed[fault], 0) << fault;
    EXPECT_GT(kSanitized ? 1 : failed[fault], 0) << fault;
  }
}

}  // namespace bask::memory_random_test
