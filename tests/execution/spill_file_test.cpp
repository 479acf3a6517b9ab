// What a rank spills comes back as it was; space is used again; reads go first; the end of a file ends all.
#include <gtest/gtest.h>
#include <bask/execution/spill_file.hpp>

#include "../many.hpp"
#include "../system/directory_test.hpp"
#include "spilled.hpp"

#include <atomic>
#include <filesystem>
#include <latch>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace bask {
namespace {

using Kind = SpillOutcome::Kind;

class SpillFileTest : public DirectoryTest {};

TEST_F(SpillFileTest, GivesBackWhatWasWritten) {
  SpillFile file(directory_);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096}, 4 * kMiB - 1, 4 * kMiB,
        4 * kMiB + 1, static_cast<std::size_t>(many(20)) * kMiB}) {
    for (const std::size_t behind_page : {0, 16}) {
      SCOPED_TRACE(testing::Message() << size << " bytes, " << behind_page << " behind a page");
      const SpilledBytes data(size, behind_page, 7);
      const SpillOutcome outcome = written(file, data.bytes());
      ASSERT_EQ(outcome.kind, Kind::kDone) << message_of(outcome);
      expect_back(file, outcome.extent, data.bytes(), behind_page);
      expect_back(file, outcome.extent, data.bytes(), 16 - behind_page);
    }
  }
}

TEST_F(SpillFileTest, LeavesNothingInTheDirectory) {
  SpillFile file(directory_);
  ASSERT_EQ(written(file, SpilledBytes(kMiB, 0, 1).bytes()).kind, Kind::kDone);
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(SpillFileTest, ManyThreadsWriteReadAndFreeAtOnce) {
  SpillFile file(directory_);
  const auto use = [&](unsigned seed) {
    std::minstd_rand random(seed);
    for (int round = 0; round < many(20); ++round) {
      const SpilledBytes data(random() % (200 << 10), random() % 2 * 16, static_cast<unsigned>(random()));
      const SpillOutcome first = written(file, data.bytes()), second = written(file, data.bytes());
      file.free(first.extent);
      expect_back(file, second.extent, data.bytes());
      file.free(second.extent);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) threads.emplace_back(use, thread + 1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(file.bytes_held(), 0u);
}

TEST_F(SpillFileTest, ManyTransfersWaitAtOnce) {
  SpillFile file(directory_);
  std::vector<SpilledBytes> data;
  for (unsigned number = 0; number < 50; ++number)
    data.emplace_back(100 + number * 4000, number % 2 * 16, number);
  std::vector<Extent> extents(data.size());
  std::vector<SpilledBytes> back;
  std::atomic<unsigned> equal = 0;
  std::latch left(static_cast<std::ptrdiff_t>(data.size()));
  for (const SpilledBytes& each : data) back.emplace_back(each.bytes().size(), 0, 1000);
  for (std::size_t number = 0; number < data.size(); ++number) {
    file.write(data[number].bytes(), [&, number](const SpillOutcome& of_write) {
      file.read(of_write.extent, back[number].bytes(), [&, number](const SpillOutcome& of_read) {
        equal += of_read.kind == Kind::kDone && are_equal(back[number].bytes(), data[number].bytes());
        left.count_down();
      });
    });
  }
  left.wait();
  EXPECT_EQ(equal, data.size());
}

TEST_F(SpillFileTest, UsesFreedSpaceAgain) {
  SpillFile file(directory_);
  const SpilledBytes data(kMiB, 0, 3), other(kMiB - 5, 0, 4);
  const Extent first = written(file, data.bytes()).extent, second = written(file, data.bytes()).extent;
  EXPECT_EQ(file.bytes_held(), 2 * kMiB);
  file.free(first);
  EXPECT_EQ(file.bytes_held(), kMiB);
  const Extent third = written(file, other.bytes()).extent;
  EXPECT_EQ(third.offset, first.offset);
  EXPECT_EQ(file.bytes_held(), 2 * kMiB);
  expect_back(file, third, other.bytes());
  expect_back(file, second, data.bytes());
}

TEST_F(SpillFileTest, CountsWhatGoesThroughIt) {
  SpillFile file(directory_);
  const SpilledBytes data(5 * kMiB + 3, 0, 3);
  const Extent extent = written(file, data.bytes()).extent;
  expect_back(file, extent, data.bytes());
  expect_back(file, extent, data.bytes());
  const SpillCounts counts = file.counts();
  EXPECT_EQ(counts.bytes_written, 5 * kMiB + 3);
  EXPECT_EQ(counts.bytes_read, 2 * (5 * kMiB + 3));
  EXPECT_GT(counts.write_time.count(), 0);
  EXPECT_GT(counts.read_time.count(), 0);
}

// Both threads stand in the pieces of the first write until the rest is queued; then one of them goes on.
TEST_F(SpillFileTest, ReadsGoBeforeWrites) {
  std::mutex mutex;
  std::vector<std::string> begun;
  std::counting_semaphore<> let_go(0);
  std::latch stand(2);
  std::atomic<bool> is_blocking = false;
  TransferCalls calls = TransferCalls::of_system();
  const auto note = [&](const char* what) {
    const std::lock_guard lock(mutex);
    begun.push_back(what);
  };
  calls.write = [&](int to, const void* memory, std::size_t size, off_t offset) {
    note("write");
    if (is_blocking && size == 4 * kMiB) {
      stand.count_down();
      let_go.acquire();
    }
    return TransferCalls::of_system().write(to, memory, size, offset);
  };
  calls.read = [&](int from, void* memory, std::size_t size, off_t offset) {
    note("read");
    return TransferCalls::of_system().read(from, memory, size, offset);
  };
  SpillFile file(directory_, calls);
  const SpilledBytes large(8 * kMiB, 0, 1), small(4096, 0, 2), back(4096, 0, 3);
  const Extent extent = written(file, small.bytes()).extent;
  begun.clear();
  is_blocking = true;

  std::latch small_ones(2), large_one(1);
  file.write(large.bytes(), [&](const SpillOutcome&) { large_one.count_down(); });
  stand.wait();
  file.write(small.bytes(), [&](const SpillOutcome&) { small_ones.count_down(); });
  file.read(extent, back.bytes(), [&](const SpillOutcome&) { small_ones.count_down(); });
  let_go.release();
  small_ones.wait();
  EXPECT_EQ(begun, (std::vector<std::string>{"write", "write", "read", "write"}));
  let_go.release();
  large_one.wait();
}

// Each write begins the next one, so that one is always waiting or running when the file is destroyed.
TEST_F(SpillFileTest, ItsEndStopsWhatIsWaiting) {
  const SpilledBytes data(3, 0, 1);
  std::latch several(10);
  std::atomic<int> stopped = 0;
  std::string message;
  SpillFile::Done write_again;
  int writes = 0;
  {
    SpillFile file(directory_);
    write_again = [&](const SpillOutcome& outcome) {
      if (outcome.kind == Kind::kDone) {
        if (++writes <= 10) several.count_down();
        file.free(outcome.extent);
        file.write(data.bytes(), write_again);
      } else {
        message = message_of(outcome);
        stopped += outcome.kind == Kind::kStopped ? 1 : 100;
      }
    };
    file.write(data.bytes(), write_again);
    several.wait();
  }
  EXPECT_EQ(stopped, 1);
  EXPECT_EQ(message, "spilling results to " + directory_.string() +
                         ": the run ended before 3 B were written; look for the error that ended it");
}

TEST_F(SpillFileTest, NeedsADirectoryInWhichAFileCanBeMade) {
  const std::string absent = directory_ / "absent";
  try {
    SpillFile file(absent);
    FAIL() << "a file was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "scratch directory " + absent +
                                ": no file can be made in it: No such file or directory; name a directory in "
                                "which you may write with --bask-scratch");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
}

}  // namespace
}  // namespace bask
