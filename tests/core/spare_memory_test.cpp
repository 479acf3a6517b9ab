// Freed memory that caches keep: asked for, and given back.
#include <gtest/gtest.h>
#include <bask/core/spare_memory.hpp>

#include "counted_cache.hpp"

namespace bask::spare_memory_test {

std::uint64_t kept_by_first = 0, kept_by_second = 0;
const bool are_known = add_counted_cache<kept_by_first>() && add_counted_cache<kept_by_second>();

void keep(std::uint64_t first, std::uint64_t second) {
  kept_by_first = first;
  kept_by_second = second;
}

TEST(SpareMemory, IsWhatAllCachesKeepTogether) {
  ASSERT_TRUE(are_known);
  keep(100, 20);
  EXPECT_EQ(spare_memory::held(), 120u);
  keep(0, 0);
  EXPECT_EQ(spare_memory::held(), 0u);
}

TEST(SpareMemory, IsGivenBackAsFarAsItIsAskedFor) {
  keep(100, 20);
  EXPECT_EQ(spare_memory::give_back(30), 30u);
  EXPECT_EQ(spare_memory::held(), 90u);
  EXPECT_EQ(spare_memory::give_back(80), 80u) << "from both";
  EXPECT_EQ(spare_memory::give_back(80), 10u) << "there is no more";
  EXPECT_EQ(spare_memory::give_back(80), 0u);
}

TEST(SpareMemory, IsGivenUpBeyondWhatStillFits) {
  keep(100, 20);
  spare_memory::keep_at_most(120);
  EXPECT_EQ(spare_memory::held(), 120u);
  spare_memory::keep_at_most(15);
  EXPECT_EQ(spare_memory::held(), 15u);
  keep(0, 0);
}

TEST(SpareMemory, MayBeUsedForWhatIsAllocatedNext) {
  keep(100, 20);
  spare_memory::make_room(15, 50);
  EXPECT_EQ(spare_memory::held(), 65u);
  spare_memory::begin_allocation();
  EXPECT_EQ(spare_memory::held(), 15u) << "no cache had it";
  spare_memory::make_room(~std::uint64_t{0}, 0);
  keep(100, 20);
  spare_memory::begin_allocation();
  EXPECT_EQ(spare_memory::held(), 120u) << "there is no limit";
  keep(0, 0);
}

TEST(SpareMemory, RemembersTheMostThatWasKept) {
  keep(100, 20);
  spare_memory::note_kept();
  keep(10, 0);
  spare_memory::note_kept();
  EXPECT_GE(spare_memory::peak(), 120u);
  spare_memory::begin_peak();
  EXPECT_EQ(spare_memory::peak(), 10u);
  keep(0, 0);
  spare_memory::begin_peak();
}

TEST(SpareMemory, IsASixteenthOfTheLimitAndAGibibyteAtMost) {
  const std::uint64_t before = spare_memory::most();
  EXPECT_EQ(before, 1u << 30) << "where no limit is known";
  spare_memory::set_limit(512 << 20);
  EXPECT_EQ(spare_memory::most(), 32u << 20);
  spare_memory::set_limit(~std::uint64_t{0});
  EXPECT_EQ(spare_memory::most(), before);
}

}  // namespace bask::spare_memory_test
