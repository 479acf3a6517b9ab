// What users are told of the memory that a computation has taken.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
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

TEST(MemoryKinds, HaveNames) {
  EXPECT_EQ(name_of(MemoryKind::kResults), "results");
  EXPECT_EQ(name_of(MemoryKind::kCache), "cache");
}

}  // namespace bask::memory_text_test
