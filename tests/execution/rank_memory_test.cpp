// Persisted results: they leave for the disk when a run needs room, come back when one reads them, and go
// when nobody has a handle any more, wherever they are.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include "limited_runtime.hpp"

#include <atomic>
#include <latch>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace bask::rank_memory_test {

using Numbers = std::vector<double>;

Numbers numbers(int value, int bytes) {
  return Numbers(static_cast<std::size_t>(bytes) / 8, value);
}
double total(const Numbers& some) {
  return std::accumulate(some.begin(), some.end(), 0.0);
}
double total_of_two(const Numbers& a, const Numbers& b) {
  return total(a) + total(b);
}
std::vector<std::string> texts(int count) {
  return std::vector<std::string>(static_cast<std::size_t>(count), std::string(100, 't'));
}
std::size_t length(const std::vector<std::string>& some) {
  return some.size() * some.back().size();
}

class RankMemoryTest : public testing::TestWithParam<unsigned> {  // threads; 0 for the calling thread
 protected:
  static std::string scratch() { return testing::TempDir(); }
};
INSTANTIATE_TEST_SUITE_P(Threads, RankMemoryTest, testing::Values(0u, 1u, 3u));

TEST_P(RankMemoryTest, APersistedResultLeavesWhenRoomIsNeededAndComesBackWhenItIsRead) {
  LimitedRuntime runtime(100'000, GetParam(), scratch());
  {
    const auto first = delayed<numbers>(1, 60'000).persist();
    EXPECT_EQ(runtime.ledger().held(MemoryKind::kPersisted), 60'000u);
    const auto second = delayed<numbers>(2, 80'000).persist();
    EXPECT_LE(runtime.ledger().held(MemoryKind::kPersisted), 80'000u) << "one of the two has left";
    EXPECT_GT(runtime.memory().use().spilled, 0u);
    EXPECT_EQ(delayed<total>(first).compute(), 7500.0);
    EXPECT_EQ(delayed<total>(second).compute(), 20'000.0);
    EXPECT_EQ(first.compute(), Numbers(7500, 1));
    EXPECT_EQ(second.compute(), Numbers(10'000, 2));
    EXPECT_LE(runtime.ledger().held(), 100'000u);
    EXPECT_EQ(runtime.memory().use().spilled, 140'000u) << "each was written once: a copy stays on the disk";
  }
  EXPECT_EQ(runtime.ledger().held(), 0u);
  EXPECT_EQ(runtime.memory().spill_store().bytes_held(), 0u);
  EXPECT_TRUE(runtime.memory().all_persisted().empty());
}

TEST_P(RankMemoryTest, PersistedResultsThatDoNotFitTogetherAreRefusedWhereATaskReadsBoth) {
  LimitedRuntime runtime(100'000, GetParam(), scratch());
  const auto first = delayed<numbers>(1, 60'000).persist();
  const auto second = delayed<numbers>(2, 80'000).persist();
  try {
    delayed<total_of_two>(first, second).compute();
    FAIL() << "140,000 bytes do not fit";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "total_of_two: a task needs 137 KiB (two inputs of 137 KiB together), "
                 "and this rank may use 97.7 KiB; use smaller chunks, or raise --bask-memory-limit");
  }
  EXPECT_EQ(delayed<total>(first).compute(), 7500.0) << "another run may go on with them";
  EXPECT_EQ(delayed<total>(second).compute(), 20'000.0);
}

TEST_P(RankMemoryTest, TypesThatMustBeEncodedComeBack) {
  LimitedRuntime runtime(100'000, GetParam(), scratch());
  const auto first = delayed<texts>(400).persist();
  const std::uint64_t bytes = runtime.ledger().held();
  EXPECT_GE(bytes, 40'000u);
  const auto second = delayed<numbers>(2, 80'000).persist();
  EXPECT_LE(runtime.ledger().held(), 80'000u) << "one of the two has left";
  EXPECT_EQ(delayed<total>(second).compute(), 20'000.0);
  EXPECT_EQ(runtime.ledger().held(), 80'000u);
  EXPECT_EQ(delayed<length>(first).compute(), 40'000u);
  EXPECT_EQ(runtime.ledger().held(), bytes);
}

TEST_P(RankMemoryTest, AResultMayStayOnTheDiskWhenItIsPersisted) {
  LimitedRuntime runtime(100'000, GetParam(), scratch());
  const std::vector<Delayed<Numbers>> lazy{delayed<numbers>(1, 60'000), delayed<numbers>(2, 50'000),
                                           delayed<numbers>(3, 40'000)};
  open_layer::close();
  std::vector<const TaskRef*> refs;
  for (const Delayed<Numbers>& each : lazy) refs.push_back(&each.ref());
  std::vector<TaskRef> kept = runtime.persist(refs);
  EXPECT_LE(runtime.ledger().held(), 100'000u);
  EXPECT_GT(runtime.memory().spill_store().bytes_held(), 0u);
  EXPECT_EQ(runtime.ledger().held(), runtime.ledger().held(MemoryKind::kPersisted));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(delayed<total>(Delayed<Numbers>(kept[static_cast<std::size_t>(i)])).compute(),
              (i + 1) * (60'000 - 10'000 * i) / 8.0);
  }
  kept.clear();
  EXPECT_TRUE(runtime.memory().all_persisted().empty());
  EXPECT_EQ(runtime.ledger().held(), 0u);
  EXPECT_EQ(runtime.memory().spill_store().bytes_held(), 0u);
}

TEST_P(RankMemoryTest, AFailedRunLetsGoOfPersistedResults) {
  LimitedRuntime runtime(100'000, GetParam(), scratch());
  const auto kept = delayed<numbers>(1, 60'000).persist();
  const auto fails = delayed([](const Numbers& some) {
    if (!some.empty()) throw std::runtime_error("as it is asked to");
    return 1;
  });
  EXPECT_THROW(fails(kept).compute(), std::runtime_error);
  EXPECT_EQ(runtime.ledger().held(), 60'000u);
  EXPECT_EQ(delayed<numbers>(2, 80'000).compute().size(), 10'000u) << "it may leave";
  EXPECT_EQ(delayed<total>(kept).compute(), 7500.0);
}

// The write of the persisted result stands until its last handle has gone.
TEST_P(RankMemoryTest, AResultMayBeDroppedWhileItLeaves) {
  std::latch is_writing(1), is_dropped(1);
  TransferCalls calls = TransferCalls::of_system();
  calls.write = [&](int to, const void* memory, std::size_t bytes, off_t offset) {
    if (!is_writing.try_wait()) {
      is_writing.count_down();
      is_dropped.wait();
    }
    return TransferCalls::of_system().write(to, memory, bytes, offset);
  };
  LimitedRuntime runtime(100'000, GetParam(), scratch(), calls);
  Delayed<Numbers> kept = delayed<numbers>(1, 60'000).persist();
  std::thread other([&] {
    is_writing.wait();
    kept = Delayed<Numbers>();
    is_dropped.count_down();
  });
  EXPECT_EQ(delayed<numbers>(2, 80'000).compute().size(), 10'000u);
  other.join();
  EXPECT_EQ(runtime.ledger().held(), 0u);
  EXPECT_EQ(runtime.memory().spill_store().bytes_held(), 0u);
  EXPECT_TRUE(runtime.memory().all_persisted().empty());
}

TEST_P(RankMemoryTest, ManyResultsMayBeDroppedWhileARunHasThemLeave) {
  for (int round = 0; round < 20; ++round) {
    LimitedRuntime runtime(100'000, GetParam(), scratch());
    std::vector<Delayed<Numbers>> kept;
    for (int i = 0; i < 12; ++i) kept.push_back(delayed<numbers>(i, 8000).persist());
    std::thread other([&] { kept.clear(); });
    std::vector<Delayed<double>> sums;
    for (int i = 0; i < 30; ++i) sums.push_back(delayed<total>(delayed<numbers>(i, 50'000)));
    const std::vector<double> results = compute(sums);
    other.join();
    for (int i = 0; i < 30; ++i) ASSERT_EQ(results[static_cast<std::size_t>(i)], i * 6250.0);
    ASSERT_EQ(runtime.ledger().held(), 0u);
    ASSERT_EQ(runtime.ledger().held(MemoryKind::kPersisted), 0u);
    if (runtime.memory().use().spilled != 0) {
      ASSERT_EQ(runtime.memory().spill_store().bytes_held(), 0u);
    }
  }
}

TEST(RankMemory, AHandleMayOutliveTheMemoryThatItsRunsHad) {
  auto memory = std::make_shared<RankMemory>(1000, [] { return std::string(); });
  PersistedResult result;
  result.value.emplace<Numbers>(10, 4.0);
  ResultState(result.word).place_again(true, false);
  result.bytes = 80;
  memory->ledger().take(MemoryKind::kResults, 80);
  std::shared_ptr<Value> handle = memory->persist(std::move(result));
  EXPECT_EQ(memory->ledger().held(MemoryKind::kPersisted), 80u);
  EXPECT_EQ(memory->find(handle.get())->bytes, 80u);
  EXPECT_EQ(memory->find(nullptr), nullptr);
  const std::weak_ptr<RankMemory> watched = memory;
  memory.reset();
  EXPECT_EQ(handle->get<Numbers>(), Numbers(10, 4.0));
  handle.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(RankMemory, SaysWhyThereIsNoScratchDirectoryEachTimeItIsNeeded) {
  int asked = 0;
  const auto memory = std::make_shared<RankMemory>(1000, [&]() -> std::string {
    ++asked;
    throw Error("scratch", "there is none", "name one");
  });
  for (int round = 0; round < 2; ++round) EXPECT_THROW(memory->spill_store(), Error);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(memory->use().spilled, 0u);
}

// It keeps nothing, and holds as much memory for that as the test says.
class FullRecorder final : public Recorder {
 public:
  void record(const Key&, const Value&) override {}
  std::int64_t cost_ns(std::uint64_t) const override { return 0; }
  std::uint64_t held_bytes() const override { return held; }
  void finish(int) override {}
  std::atomic<std::uint64_t> held = 0;
};

double totals_of_two(int bytes) {
  std::vector<Delayed<double>> sums;
  for (int k = 0; k < 4; ++k)
    sums.push_back(delayed<total_of_two>(delayed<numbers>(k, bytes), delayed<numbers>(2 * k, bytes)));
  double all = 0;
  for (const double sum : compute(sums)) all += sum;
  return all;
}

// Each sum needs 60 kB of the 100 kB, of which the journal holds 70 and gives none back.
TEST_P(RankMemoryTest, WhatTheJournalHoldsCountsAndRefusesNothingThatFits) {
  FullRecorder journal;
  LimitedRuntime unlimited(LimitedRuntime::kNoLimit, GetParam(), scratch());
  unlimited.measure();
  const double expected = totals_of_two(30'000);
  LimitedRuntime runtime(100'000, GetParam(), scratch());
  runtime.record_with(journal);
  runtime.know(unlimited.runs());
  journal.held = 70'000;
  EXPECT_EQ(totals_of_two(30'000), expected);
  EXPECT_EQ(runtime.ledger().peak(MemoryKind::kJournal), 70'000u);
  EXPECT_GE(runtime.peak(), 130'000u);
  EXPECT_LE(runtime.peak(), 70'000u + 60'000u + 24u);
  EXPECT_GT(runtime.memory().use().spilled, 0u) << "it leaves no room for the inputs of two sums";
}

}  // namespace bask::rank_memory_test
