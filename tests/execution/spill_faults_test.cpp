// Disks that do less than they are asked for, fail, are full, or change bytes: never a wrong result.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>
#include <bask/execution/spill_file.hpp>

#include "../system/directory_test.hpp"
#include "spilled.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <vector>

namespace bask {
namespace {

using Kind = SpillOutcome::Kind;

ssize_t fails_with(int error) {
  errno = error;
  return -1;
}

// The calls of the system, each of which a test may have fail.
struct Disk {
  std::atomic<int> write_error = 0, read_error = 0;
  std::atomic<std::size_t> most_bytes = 64 * kMiB;  // of one call
  std::atomic<bool> is_interrupted = false;         // every other call
  std::atomic<bool> flips_a_bit = false, is_cut_off = false;
  std::atomic<unsigned> number = 0;

  bool interrupts() { return is_interrupted && number++ % 2 == 0; }
  TransferCalls calls() {
    TransferCalls all;
    all.write = [this](int to, const void* memory, std::size_t size, off_t offset) -> ssize_t {
      if (interrupts()) return fails_with(EINTR);
      if (write_error != 0) return fails_with(write_error);
      return ::pwrite(to, memory, std::min<std::size_t>(size, most_bytes), offset);
    };
    all.read = [this](int from, void* memory, std::size_t size, off_t offset) -> ssize_t {
      if (interrupts()) return fails_with(EINTR);
      if (read_error != 0) return fails_with(read_error);
      if (is_cut_off) return 0;
      const ssize_t count = ::pread(from, memory, std::min<std::size_t>(size, most_bytes), offset);
      if (flips_a_bit && count > 0) static_cast<std::byte*>(memory)[count / 2] ^= std::byte{16};
      return count;
    };
    return all;
  }
};

class SpillFaultsTest : public DirectoryTest {
 protected:
  std::string spilling() const { return "spilling results to " + directory_.string(); }

  Disk disk_;
};

constexpr const char* kCheckDiskAdvice =
    "; check that disk (dmesg), or name another directory with --bask-scratch";

TEST_F(SpillFaultsTest, GoesOnAfterShortTransfersAndInterrupts) {
  SpillFile file(directory_, disk_.calls());
  const SpilledBytes data(5 * kMiB + 77, 0, 1);
  disk_.is_interrupted = true;
  for (const std::size_t most_bytes : {64 * kMiB, 1 * kMiB + 4096, 3 * std::size_t{4096}}) {
    disk_.most_bytes = most_bytes;
    const SpillOutcome outcome = written(file, data.bytes());
    ASSERT_EQ(outcome.kind, Kind::kDone) << message_of(outcome);
    expect_back(file, outcome.extent, data.bytes());
    expect_back(file, outcome.extent, data.bytes(), 16);
  }
}

TEST_F(SpillFaultsTest, AWriteThatFailsGivesItsSpaceBack) {
  SpillFile file(directory_, disk_.calls());
  const SpilledBytes data(9 * kMiB, 0, 1);
  disk_.write_error = EIO;
  const SpillOutcome outcome = written(file, data.bytes());
  EXPECT_EQ(outcome.kind, Kind::kBroken);
  EXPECT_EQ(message_of(outcome),
            spilling() + ": 9 MiB cannot be written: Input/output error" + kCheckDiskAdvice);
  EXPECT_EQ(file.bytes_held(), 0u);
}

TEST_F(SpillFaultsTest, AFullDiskIsToldApartAndMayHaveRoomLater) {
  SpillFile file(directory_, disk_.calls());
  const SpilledBytes data(2 * kMiB, 0, 1);
  const Extent first = written(file, data.bytes()).extent;
  disk_.write_error = ENOSPC;
  const SpillOutcome outcome = written(file, data.bytes());
  EXPECT_EQ(outcome.kind, Kind::kFull);
  EXPECT_EQ(message_of(outcome),
            spilling() +
                ": there is no room for 2 MiB besides the 2 MiB that are there: No space left on device; "
                "make room there, or name a directory that has more with --bask-scratch");
  EXPECT_EQ(file.bytes_held(), 2 * kMiB);
  disk_.write_error = 0;
  const SpillOutcome again = written(file, data.bytes());
  ASSERT_EQ(again.kind, Kind::kDone);
  expect_back(file, first, data.bytes());
  expect_back(file, again.extent, data.bytes());
}

TEST_F(SpillFaultsTest, AReadThatFailsLeavesTheExtent) {
  SpillFile file(directory_, disk_.calls());
  const SpilledBytes data(9 * kMiB, 0, 1), back(9 * kMiB, 0, 2);
  const Extent extent = written(file, data.bytes()).extent;
  disk_.read_error = EIO;
  const SpillOutcome outcome = read_back(file, extent, back.bytes());
  EXPECT_EQ(outcome.kind, Kind::kBroken);
  EXPECT_EQ(message_of(outcome),
            spilling() + ": 9 MiB cannot be read back: Input/output error" + kCheckDiskAdvice);
  disk_.read_error = 0;
  expect_back(file, extent, data.bytes());
}

TEST_F(SpillFaultsTest, AFileThatWasCutOffIsAnError) {
  SpillFile file(directory_, disk_.calls());
  const SpilledBytes data(4096, 0, 1), back(4096, 0, 2);
  const Extent extent = written(file, data.bytes()).extent;
  disk_.is_cut_off = true;
  const SpillOutcome outcome = read_back(file, extent, back.bytes());
  EXPECT_EQ(outcome.kind, Kind::kBroken);
  EXPECT_EQ(message_of(outcome),
            spilling() + ": 4 KiB cannot be read back: the file ends before them" + kCheckDiskAdvice);
}

TEST_F(SpillFaultsTest, AChangedBitIsAnError) {
  SpillFile file(directory_, disk_.calls());
  for (const std::size_t size : {std::size_t{4096}, 9 * kMiB}) {
    const SpilledBytes data(size, 0, 1), back(size, 0, 2);
    const Extent extent = written(file, data.bytes()).extent;
    disk_.flips_a_bit = true;
    const SpillOutcome outcome = read_back(file, extent, back.bytes());
    disk_.flips_a_bit = false;
    EXPECT_EQ(outcome.kind, Kind::kBroken);
    EXPECT_EQ(message_of(outcome), std::string("spilled result of ") + (size == 4096 ? "4 KiB" : "9 MiB") +
                                       ": its bytes on the disk of " + directory_.string() + " have changed" +
                                       kCheckDiskAdvice);
  }
}

TEST_F(SpillFaultsTest, AFileThatMayNotGrowIsFull) {
  SpillFile file(directory_, disk_.calls());
  disk_.write_error = EFBIG;
  const SpillOutcome outcome = written(file, SpilledBytes(4096, 0, 1).bytes());
  EXPECT_EQ(outcome.kind, Kind::kFull);
  EXPECT_EQ(
      message_of(outcome),
      spilling() +
          ": there is no room for 4 KiB besides the 0 B that are there: File too large; raise the largest "
          "size of a file (ulimit -f), or name a directory that has more with --bask-scratch");
}

// As on file systems that open a file with O_DIRECT and then refuse to transfer.
TEST_F(SpillFaultsTest, GoesThroughThePageCacheWhereDirectTransfersAreRefused) {
  TransferCalls calls = disk_.calls();
  calls.write = [](int to, const void* memory, std::size_t size, off_t offset) -> ssize_t {
    return (::fcntl(to, F_GETFL) & O_DIRECT) != 0 ? fails_with(EINVAL) : ::pwrite(to, memory, size, offset);
  };
  SpillFile file(directory_, calls);
  for (const std::size_t size : {std::size_t{77}, 5 * kMiB + 77}) {
    const SpilledBytes data(size, 0, 1);
    const SpillOutcome outcome = written(file, data.bytes());
    ASSERT_EQ(outcome.kind, Kind::kDone) << message_of(outcome);
    expect_back(file, outcome.extent, data.bytes(), 16);
  }
}

// A small file system in memory, which is full soon.
class SpillFullTest : public SpillFaultsTest {
 protected:
  void SetUp() override {
    SpillFaultsTest::SetUp();
    is_mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=8m") == 0;
    if (!is_mounted_) GTEST_SKIP() << "only root may mount a file system";
  }
  void TearDown() override {
    if (is_mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
    SpillFaultsTest::TearDown();
  }
  bool is_mounted_ = false;
};

TEST_F(SpillFullTest, WhatIsThereStaysWhenTheDiskIsFullAndItsRoomIsUsedAgain) {
  SpillFile file(directory_);
  const SpilledBytes data(3 * kMiB, 0, 1), other(3 * kMiB, 16, 2);
  const Extent first = written(file, data.bytes()).extent, second = written(file, other.bytes()).extent;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const SpillOutcome outcome = written(file, data.bytes());
    ASSERT_EQ(outcome.kind, Kind::kFull) << message_of(outcome);
  }
  EXPECT_EQ(file.bytes_held(), 6 * kMiB);
  file.free(first);
  const SpillOutcome again = written(file, data.bytes());
  ASSERT_EQ(again.kind, Kind::kDone) << message_of(again);
  expect_back(file, second, other.bytes());
  expect_back(file, again.extent, data.bytes());
}

}  // namespace
}  // namespace bask
