// What users are told of the memory that a computation has taken.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/memory_text.hpp>

#include <numeric>

namespace bask::memory_text_test {

constexpr std::uint64_t kMiB = 1u << 20;

MemoryUse spilled(std::uint64_t limit, std::uint64_t bytes, std::uint64_t lost_ms,
                  const std::string& scratch = "/tmp") {
  return {.limit = limit, .spilled = bytes, .lost_ns = lost_ms * 1'000'000, .scratch = scratch};
}

TEST(SpilledText, IsEmptyWhereAllResultsFitted) {
  EXPECT_EQ(spilled_text({}), "");
  EXPECT_EQ(spilled_text({{.limit = kMiB, .peak = kMiB}, {}}), "");
}

TEST(SpilledText, SaysWhatWentWhereWhatItCostAndWhatHelps) {
  EXPECT_EQ(spilled_text({spilled(512 * kMiB, 3277 * kMiB, 4100)}),
            "3.2 GiB of results did not fit into the limit of 512 MiB and went to /tmp: 4.10 s were lost; "
            "raise --bask-memory-limit or use smaller chunks");
}

TEST(SpilledText, AddsUpTheRanksThatSpilled) {
  EXPECT_EQ(
      spilled_text({spilled(512 * kMiB, 1024 * kMiB, 4100),
                    {.limit = 512 * kMiB},
                    spilled(512 * kMiB, 512 * kMiB, 90)}),
      "1.5 GiB of results did not fit into the limit of 512 MiB and went to /tmp (2 ranks): 4.10 s were "
      "lost; raise --bask-memory-limit or use smaller chunks");
  EXPECT_EQ(spilled_text({{}, spilled(kMiB, kMiB, 90)}),
            "1 MiB of results did not fit into the limit of 1 MiB and went to /tmp (1 rank): 90.0 ms were "
            "lost; raise --bask-memory-limit or use smaller chunks");
}

TEST(SpilledText, NamesDifferentLimitsAndDirectories) {
  EXPECT_EQ(spilled_text({spilled(512 * kMiB, kMiB, 1000, "/scratch/a"),
                          spilled(1024 * kMiB, kMiB, 1000, "/scratch/b")}),
            "2 MiB of results did not fit into limits of 512 MiB to 1 GiB and went to 2 directories such as "
            "/scratch/a (2 ranks): 1.00 s were lost; raise --bask-memory-limit or use smaller chunks");
}

std::vector<double> ones(int megabytes) {
  return std::vector<double>(static_cast<std::size_t>(megabytes) << 17, 1.0);
}
double total(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

TEST(LastCompute, TellsWhatMemoryItTook) {
  Client client({.scheduler = Scheduler::kSync, .memory_limit = 64 * kMiB});
  EXPECT_EQ(delayed<total>(delayed<ones>(2)).compute(), 2 << 17);
  ASSERT_EQ(client.last_compute().memory.size(), 1u);
  const MemoryUse& memory = client.last_compute().memory[0];
  EXPECT_EQ(memory.limit, 64 * kMiB);
  EXPECT_EQ(memory.held, 0u);
  EXPECT_EQ(memory.peak, 2 * kMiB);
  EXPECT_EQ(memory.peak_of(MemoryKind::kResults), 2 * kMiB);
  EXPECT_EQ(memory.peak_of(MemoryKind::kScratch), 0u);
  EXPECT_EQ(memory.spilled, 0u);
  EXPECT_GT(memory.resident_peak, 2 * kMiB);
}

// A persisted array of one block, its product with itself, and a constant that is handed in.
TEST(LastCompute, TellsWhatEachKindOfMemoryHasTakenAtMost) {
  constexpr std::uint64_t kBlock = 8 * kMiB,
                          kHeads = 4096;  // the type and shape before a block, in whole pages
  constexpr std::uint64_t kPacked = 384 * (512 + 1024) * 8;
  Client client({.scheduler = Scheduler::kSync, .memory_limit = 64 * kMiB});
  const auto x = random::default_rng(1).random({1024, 1024}, 1024).persist();
  const double first = matmul(x, x).compute().span()[0];
  const MemoryUse product = client.last_compute().memory[0];
  EXPECT_GT(first, 0);
  EXPECT_GE(product.peak_of(MemoryKind::kPersisted), kBlock);
  EXPECT_LE(product.peak_of(MemoryKind::kPersisted), kBlock + kHeads);
  EXPECT_GE(product.peak_of(MemoryKind::kResults), kBlock);
  EXPECT_LE(product.peak_of(MemoryKind::kResults), kBlock + kHeads);
  EXPECT_EQ(product.peak_of(MemoryKind::kScratch), kPacked);
  EXPECT_EQ(product.peak_of(MemoryKind::kTransfer), 0u);
  EXPECT_GE(product.peak, 2 * kBlock + kPacked);
  EXPECT_LE(product.peak, 2 * (kBlock + kHeads) + kPacked + product.peak_of(MemoryKind::kConstants));
  EXPECT_GE(product.held, 2 * kBlock) << "what is persisted, and the result";
  EXPECT_LE(product.held, product.peak);
  EXPECT_EQ(product.spilled, 0u);

  const std::vector<double> handed_in(1 << 18, 2.0);
  EXPECT_EQ(delayed<total>(handed_in).compute(), 2 << 18);
  const MemoryUse constant = client.last_compute().memory[0];
  EXPECT_EQ(constant.peak_of(MemoryKind::kConstants), 2 * kMiB);
  EXPECT_EQ(constant.peak_of(MemoryKind::kResults), 0u);
  EXPECT_EQ(constant.peak_of(MemoryKind::kScratch), 0u) << "that of the computation before does not count";
}

// 96 MiB go through 64 MiB.
TEST(LastCompute, TellsWhatWasSpilledAndReadBack) {
  Client client({.scheduler = Scheduler::kSync, .memory_limit = 64 * kMiB});
  std::vector<Delayed<std::vector<double>>> all;
  for (int k = 0; k < 12; ++k) all.push_back(delayed<ones>(8).persist());
  std::vector<Delayed<double>> totals;
  for (const auto& each : all) totals.push_back(delayed<total>(each));
  for (const double sum : compute(totals)) EXPECT_EQ(sum, 8 << 17);
  const MemoryUse& memory = client.last_compute().memory[0];
  EXPECT_GE(memory.read_back, 32 * kMiB) << "so much was on the disk only";
  EXPECT_LE(memory.read_back, 96 * kMiB);
  EXPECT_EQ(memory.read_back % (8 * kMiB), 0u);
  EXPECT_LE(memory.peak, 64 * kMiB);
  EXPECT_GT(memory.peak_of(MemoryKind::kPersisted), 48 * kMiB);
  EXPECT_LE(memory.held, 64 * kMiB);
  EXPECT_GT(memory.lost_ns, 0u);
  EXPECT_GE(memory.resident_peak, memory.peak);
}

TEST(MemoryKinds, HaveNames) {
  EXPECT_EQ(name_of(MemoryKind::kResults), "results");
  EXPECT_EQ(name_of(MemoryKind::kCache), "cache");
}

}  // namespace bask::memory_text_test
