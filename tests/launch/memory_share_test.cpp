// How the memory of a host is shared out to its ranks.
#include <gtest/gtest.h>
#include <bask/launch/memory_share.hpp>

#include <array>

namespace bask::memory_share_test {

constexpr std::uint64_t kMiB = 1u << 20, kGiB = 1u << 30;

// Of the only rank of a host, with two threads.
MemoryShare share_of(const MemoryFacts& facts) {
  constexpr int kThreads = 2;
  return share_memory({&facts, 1}, {&kThreads, 1})[0];
}

TEST(MemoryShare, LeavesTheProgramItsMarginAndATenthOfTheRest) {
  const MemoryShare share = share_of({.there = 1096 * kMiB, .resident = 17 * kMiB});
  EXPECT_EQ(share.margin, (32 + 32 + 2 * 4) * kMiB) << "resident, rounded up; the runtime; the threads";
  EXPECT_EQ(share.limit, 921 * kMiB);
  EXPECT_EQ(share.warning, "");
}

TEST(MemoryShare, OfEqualRanksIsEqualHoweverTheirProgramsDifferALittle) {
  const std::array<MemoryFacts, 2> facts{{{8 * kGiB, 0, 21 * kMiB}, {8 * kGiB, 0, 23 * kMiB}}};
  const std::array<int, 2> threads{1, 1};
  const std::vector<MemoryShare> shares = share_memory(facts, threads);
  EXPECT_EQ(shares[0], shares[1]);
  EXPECT_LT(shares[0].limit + shares[0].margin, 4 * kGiB);
}

TEST(MemoryShare, ThatIsGivenIsTakenAsItIs) {
  EXPECT_EQ(share_of({.there = 1 * kGiB, .given = 900 * kMiB, .resident = 20 * kMiB}).limit, 900 * kMiB);
  const std::array<MemoryFacts, 2> facts{{{2 * kGiB, 512 * kMiB, 0}, {2 * kGiB, 0, 0}}};
  const std::array<int, 2> threads{1, 1};
  const std::vector<MemoryShare> shares = share_memory(facts, threads);
  EXPECT_EQ(shares[0].limit, 512 * kMiB);
  EXPECT_EQ(shares[1].limit, 889 * kMiB) << "nine tenths of its half, less the margin of 36 MiB";
  EXPECT_EQ(shares[0].warning + shares[1].warning, "");
}

TEST(MemoryShare, IsCutToWhatThereIs) {
  const MemoryShare share = share_of({.there = 1 * kGiB, .given = 1000 * kMiB, .resident = 16 * kMiB});
  EXPECT_EQ(share.limit, (1024 - 56) * kMiB);
  EXPECT_EQ(share.warning,
            "--bask-memory-limit=1000MiB, beside 56 MiB for the program, is more than the 1 GiB that there "
            "are for a rank: only the rest of these is used");
}

TEST(MemoryShare, IsCutWhereRanksWereGivenMoreTogether) {
  const std::array<MemoryFacts, 2> facts{{{1 * kGiB, 800 * kMiB, 0}, {1 * kGiB, 100 * kMiB, 0}}};
  std::array<int, 2> threads{1, 1};
  EXPECT_EQ(share_memory(facts, threads)[0].limit, 800 * kMiB) << "the other rank has been given less";
  threads = {20, 20};
  EXPECT_EQ(share_memory(facts, threads)[0].limit, (512 - 112) * kMiB);
  EXPECT_EQ(share_memory(facts, threads)[1].limit, 100 * kMiB);
}

TEST(MemoryShare, WarnsOfALimitTooSmallToWorkWith) {
  const MemoryShare share = share_of({.there = 1 * kGiB, .given = 1 * kMiB});
  EXPECT_EQ(share.limit, 1 * kMiB);
  EXPECT_EQ(share.warning,
            "a memory limit of 1 MiB leaves little room to work; say --bask-memory-limit=16MiB or more");
  EXPECT_EQ(share_of({.there = 1 * kGiB, .given = 16 * kMiB}).warning, "");
}

TEST(MemoryShare, IsAtLeastAQuarterWhereTheProgramTakesAll) {
  const MemoryShare share = share_of({.there = 40 * kMiB, .resident = 20 * kMiB});
  EXPECT_EQ(share.limit, 9 * kMiB);
  EXPECT_EQ(share.warning,
            "of 40 MiB of memory for a rank the program and MPI take about 72 MiB; start fewer ranks a host, "
            "or ask for more memory");
}

TEST(MemoryFacts, OfThisProcessAreThere) {
  const MemoryFacts facts = memory_facts({.memory_limit = 5 * kGiB});
  EXPECT_GT(facts.there, facts.resident);
  EXPECT_EQ(facts.given, 5 * kGiB);
  EXPECT_GT(facts.resident, kMiB);
}

}  // namespace bask::memory_share_test
