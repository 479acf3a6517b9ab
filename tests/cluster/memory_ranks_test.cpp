// Random graphs on several ranks, within memory limits that are as tight as they can be, over a network that
// delays and reorders: the same results as without a limit, or a refusal; no hang, no more memory than the
// limit, nothing left in ledgers or on disks.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>

#include "../execution/bad_disk.hpp"
#include "../execution/limited_runtime.hpp"
#include "../execution/memory_program.hpp"
#include "../many.hpp"
#include "../system/directory_test.hpp"
#include "local_cluster.hpp"
#include "sized_graph.hpp"

#include <chrono>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace bask::memory_ranks_test {

constexpr std::chrono::seconds kPatience(kSanitized ? 90 : 30);

// BASK_RANDOM_GRAPHS says how many graphs each test runs, for a longer look than the suite takes.
int graphs(int count) {
  const char* const asked = std::getenv("BASK_RANDOM_GRAPHS");
  return asked != nullptr ? std::atoi(asked) : many(count);
}

// How one graph is run. Numbers of ranks and threads, and the delays, follow from its number.
struct Trial {
  using DiskOf = std::function<TransferCalls(std::uint32_t rank)>;
  Trial(
      int own_number, std::uint64_t need, std::uint64_t own_limit, const std::string& scratch, bool balance,
      const DiskOf& disk = [](std::uint32_t) { return TransferCalls::of_system(); })
      : number(own_number), limit(own_limit) {
    watchdog.emplace(text(need), kPatience);
    LocalClusterOptions of_ranks = options(scratch, balance);
    of_ranks.disk = disk;
    cluster.emplace(of_ranks);
    for (std::uint32_t rank = 0; rank < cluster->node(0).size(); ++rank)
      memories.push_back(cluster->node(rank).memory());
  }
  LocalClusterOptions options(const std::string& scratch, bool balance) const {
    LocalClusterOptions options{.ranks = 2 + static_cast<std::uint32_t>(number) % 3,
                                .threads = 1 + static_cast<unsigned>(number / 3) % 2,
                                .rank0_works = number % 4 != 3,
                                .seed = static_cast<std::uint64_t>(number),
                                .most_delay = kDelays[number % 3],
                                .memory_limit = limit,
                                .longest_nap = std::chrono::microseconds(100),
                                .scratch = scratch};
    options.client.fuse = false;  // so that a task is a unit
    options.client.balance = balance;
    options.client.progress = Progress::kOff;
    return options;
  }
  std::string text(std::uint64_t need) const {
    return "graph " + std::to_string(number) + ", limit " + std::to_string(limit) + " of " +
           std::to_string(need);
  }
  /// The most that any rank has held in the last computation.
  std::uint64_t peak() const {
    std::uint64_t most = 0;
    for (const auto& memory : memories) most = std::max(most, memory->ledger().peak());
    return most;
  }
  std::uint64_t spilled() const {
    std::uint64_t sum = 0;
    for (const auto& memory : memories) sum += memory->counts().disk.bytes_written;
    return sum;
  }
  /// Ends the ranks. What they have freed is freed then.
  void end() {
    cluster.reset();
    watchdog.reset();
    for (const auto& memory : memories) {
      EXPECT_EQ(memory->ledger().held(), 0u);
      for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
        EXPECT_EQ(memory->ledger().held(static_cast<MemoryKind>(kind)), 0u) << name_of(MemoryKind(kind));
      if (memory->counts().disk.bytes_written == 0) continue;
      EXPECT_EQ(memory->spill_store().bytes_held(), 0u);
    }
  }

  static constexpr std::uint32_t kDelays[] = {0, 3, 10};
  const int number;
  const std::uint64_t limit;
  std::optional<Watchdog> watchdog;
  std::optional<LocalCluster> cluster;
  std::vector<std::shared_ptr<RankMemory>> memories;
};

// Every third time exactly what is needed, else up to twice as much.
std::uint64_t limit_for(std::uint64_t need, int number) {
  return need + (number % 3 == 0 ? 0 : std::mt19937(static_cast<unsigned>(number))() % (need + 1));
}

template <class Graph>
std::string outcome(const Graph& graph) {
  try {
    return graph.computed();
  } catch (const std::exception& error) {
    return error.what();
  }
}

class MemoryRanksTest : public DirectoryTest {
 protected:
  void SetUp() override {
    DirectoryTest::SetUp();
    set_up_log({.level = LogLevel::kError});  // runs that spill say so
  }
  void TearDown() override {
    set_up_log({});
    DirectoryTest::TearDown();
  }
};

TEST_F(MemoryRanksTest, SizesThatAreKnownTakeMoreThanTheLimitByOneResultForAnotherRankAtMost) {
  std::uint64_t spilled = 0;
  for (int number = 0; number < graphs(150); ++number) {
    const SizedGraph graph(static_cast<unsigned>(number));
    Trial trial(number, graph.need(), limit_for(graph.need(), number), directory_, false);
    SCOPED_TRACE(trial.text(graph.need()));
    ASSERT_EQ(outcome(graph), graph.expected());
    ASSERT_LE(trial.peak(), trial.limit + graph.largest());
    spilled += trial.spilled();
    trial.end();
  }
  EXPECT_GT(spilled, 0u);
}

// What thieves have, and what they give back, is at most what may be under way: an eighth of the limit.
TEST_F(MemoryRanksTest, StolenUnitsTakeMoreByWhatMayBeUnderWayAtMost) {
  SizedGraph::slow = true;
  for (int number = 0; number < graphs(40); ++number) {
    const SizedGraph graph(static_cast<unsigned>(number));
    Trial trial(number, graph.need(), limit_for(graph.need(), number), directory_, true);
    SCOPED_TRACE(trial.text(graph.need()));
    EXPECT_EQ(outcome(graph), graph.expected());
    EXPECT_LE(trial.peak(), trial.limit + trial.limit / 8 + graph.largest());
    trial.end();
  }
  SizedGraph::slow = false;
}

std::vector<double> one_slow_piece(int number) {
  std::this_thread::sleep_for(number == 0 ? std::chrono::milliseconds(400) : std::chrono::milliseconds(1));
  return std::vector<double>(2500, number);
}
double sum_of(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

// While the first rank is in its first task, the other one makes its own pieces and those of the first, which
// hold four times as much as a rank may. No unit of the first rank waits for room meanwhile.
TEST_F(MemoryRanksTest, ResultsThatThievesGiveBackLeaveWhenThereIsNoRoom) {
  Trial trial(0, 4'000'000, 500'000, directory_, true);
  std::vector<Delayed<std::vector<double>>> pieces;
  {
    const annotate sizes({.memory = 20'000});
    for (int number = 0; number < 200; ++number) pieces.push_back(delayed<one_slow_piece>(number));
  }
  const auto kept = persist(pieces);
  EXPECT_LE(trial.peak(), trial.limit + trial.limit / 8 + 20'024);
  std::vector<Delayed<double>> sums;
  for (const auto& piece : kept) sums.push_back(delayed<sum_of>(piece));
  double all = 0;
  for (const double sum : compute(sums)) all += sum;
  EXPECT_EQ(all, 2500.0 * 199 * 100);
  EXPECT_LE(trial.peak(), trial.limit + trial.limit / 8 + 20'024);
}

TEST_F(MemoryRanksTest, WhatDoesNotFitIsRefusedBeforeATaskRuns) {
  for (int number = 0; number < graphs(30); ++number) {
    const SizedGraph graph(static_cast<unsigned>(number));
    Trial trial(number, graph.need(), graph.need() - 1, directory_, true);
    SCOPED_TRACE(trial.text(graph.need()));
    const std::uint64_t before = SizedGraph::executions;
    const std::string refused = outcome(graph);
    EXPECT_NE(refused.find(" may use "), refused.npos) << refused;
    EXPECT_TRUE(SizedGraph::executions == before || !graph.is_one_computation());
    trial.end();
  }
}

// What a program of calls, whose sizes are learned as they run, needs and gives without a limit.
struct Reference {
  Reference(unsigned seed, const std::string& scratch) {
    LimitedRuntime runtime(LimitedRuntime::kNoLimit, 0, scratch);
    runtime.measure();
    result = MemoryProgram(seed, false).computed();
    for (const MeasuredRun& run : runtime.runs()) {
      need = std::max(need, run.need);
      largest = std::max(largest, run.largest);
    }
  }
  std::string result;
  std::uint64_t need = 0, largest = 0;
};

TEST_F(MemoryRanksTest, SizesThatAreGuessedGiveTheSameResults) {
  for (int number = 0; number < graphs(100); ++number) {
    const auto seed = static_cast<unsigned>(number);
    const Reference reference(seed, directory_);
    Trial trial(number, reference.need, limit_for(reference.need, number), directory_, true);
    SCOPED_TRACE(trial.text(reference.need));
    std::string result;
    try {
      result = MemoryProgram(seed, false).computed();
    } catch (const std::exception& error) {
      result = error.what();
    }
    EXPECT_EQ(result, reference.result);
    // Units that run, those that were let in ahead of them and what came from others may each be more than
    // was guessed.
    EXPECT_LE(trial.peak(), trial.limit + trial.limit / 8 + 12 * reference.largest);
    trial.end();
  }
}

// One rank's disk is bad. The error names that rank, its node and the directory.
TEST_F(MemoryRanksTest, ABadDiskGivesTheResultOrItsErrorAndNeverAnotherResult) {
  int failed = 0;
  for (int number = 0; number < graphs(24); ++number) {
    const SizedGraph graph(static_cast<unsigned>(number));
    std::mt19937 random(static_cast<unsigned>(number));
    // A rank whose disk takes nothing waits a while for others: few graphs have one.
    constexpr BadDisk::Fault kFaults[] = {BadDisk::kShort, BadDisk::kReadError, BadDisk::kFlippedBit};
    const bool takes_nothing = number % 24 == 6 || number % 24 == 13;
    const BadDisk::Fault of_writes = number % 24 == 6 ? BadDisk::kFull : BadDisk::kWriteError;
    const BadDisk::Fault fault = takes_nothing ? of_writes : kFaults[number % 3];
    BadDisk disk{fault, static_cast<int>(random() % 4), static_cast<off_t>(random() % 3 * 4096)};
    const std::uint32_t bad_rank = static_cast<std::uint32_t>(random() % 2);
    Trial trial(number, graph.need(), graph.need(), directory_, number % 2 == 0, [&](std::uint32_t rank) {
      return rank == bad_rank ? disk.calls() : TransferCalls::of_system();
    });
    SCOPED_TRACE(trial.text(graph.need()) + ", fault " + std::to_string(fault));
    const std::string result = outcome(graph);
    if (result != graph.expected()) {
      ++failed;
      const std::string rank = std::to_string(bad_rank);
      for (const std::string& text :
           {std::string(disk.text()), "rank " + rank, "node host" + rank, std::string(directory_)})
        EXPECT_NE(result.find(text), std::string::npos) << text << " is not in: " << result;
      EXPECT_NE(fault, BadDisk::kShort);
    }
    trial.end();
  }
  EXPECT_GT(kSanitized ? 1 : failed, 0) << "the disks were as bad as none";
}

using Numbers = std::vector<double>;
Numbers numbers(int value, int bytes) {
  return Numbers(static_cast<std::size_t>(bytes) / 8, value);
}
double total(const Numbers& some) {
  return std::accumulate(some.begin(), some.end(), 0.0);
}

Numbers numbers_of_one(double sum) {
  return {sum};
}

// What is asked for first leaves rank 0's memory while the rest is computed, and comes back at the end.
TEST_F(MemoryRanksTest, AResultThatTheDiskOfRank0HasLostIsToldWithItsRankAndNode) {
  BadDisk disk{BadDisk::kReadError, 0};
  Trial trial(0, 100'000, 100'000, directory_, false,
              [&](std::uint32_t rank) { return rank == 0 ? disk.calls() : TransferCalls::of_system(); });
  std::vector<Delayed<Numbers>> asked;
  for (int i = 0; i < 5; ++i) asked.push_back(delayed<numbers>(i, 16'000));
  for (int i = 0; i < 40; ++i)
    asked.push_back(delayed<numbers_of_one>(delayed<total>(delayed<numbers>(i, 60'000))));
  try {
    compute(asked);
    ADD_FAILURE() << "nothing had to leave";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part : {"rank 0", "node host0", disk.text()})
      EXPECT_NE(text.find(part), text.npos) << part << " is not in: " << text;
  }
}

// Half of them are read by the run that goes on meanwhile; the others only leave.
TEST_F(MemoryRanksTest, HandlesMayBeDroppedWhileARunHasResultsLeaveAndComeBack) {
  for (int round = 0; round < many(20); ++round) {
    Trial trial(round, 100'000, 100'000, directory_, true);
    std::vector<Delayed<Numbers>> kept;
    for (int i = 0; i < 16; ++i) kept.push_back(delayed<numbers>(i, 16'000));
    kept = persist(kept);
    std::vector<Delayed<double>> sums;
    for (int i = 0; i < 40; ++i) sums.push_back(delayed<total>(delayed<numbers>(i, 60'000 + i)));
    for (std::size_t i = 0; i < 8; ++i) sums.push_back(delayed<total>(kept[i]));
    std::thread other([&] { kept.clear(); });
    const std::vector<double> totals = compute(sums);
    other.join();
    for (std::size_t i = 0; i < 40; ++i) ASSERT_EQ(totals[i], static_cast<double>(i * ((60'000 + i) / 8)));
    for (std::size_t i = 0; i < 8; ++i) ASSERT_EQ(totals[40 + i], static_cast<double>(i * 2000));
    sums.clear();
    trial.end();
  }
}

}  // namespace bask::memory_ranks_test
