// Freed memory that caches keep: asked for, and given back.
#include <gtest/gtest.h>
#include <bask/core/spare_memory.hpp>

#include <algorithm>
#include <array>

namespace bask::spare_memory_test {

// Two caches that only count.
std::array<std::uint64_t, 2> kept{};
template <std::size_t kNumber>
bool add_cache() {
  return spare_memory::add({[] { return kept[kNumber]; },
                            [](std::uint64_t bytes) {
                              const std::uint64_t given = std::min(bytes, kept[kNumber]);
                              kept[kNumber] -= given;
                              return given;
                            }});
}
const bool are_known = add_cache<0>() && add_cache<1>();

TEST(SpareMemory, IsWhatAllCachesKeepTogether) {
  ASSERT_TRUE(are_known);
  kept = {100, 20};
  EXPECT_EQ(spare_memory::held(), 120u);
  kept = {};
  EXPECT_EQ(spare_memory::held(), 0u);
}

TEST(SpareMemory, IsGivenBackAsFarAsItIsAskedFor) {
  kept = {100, 20};
  EXPECT_EQ(spare_memory::give_back(30), 30u);
  EXPECT_EQ(spare_memory::held(), 90u);
  EXPECT_EQ(spare_memory::give_back(80), 80u) << "from both";
  EXPECT_EQ(spare_memory::give_back(80), 10u) << "there is no more";
  EXPECT_EQ(spare_memory::give_back(80), 0u);
}

TEST(SpareMemory, IsGivenUpBeyondWhatStillFits) {
  kept = {100, 20};
  spare_memory::keep_at_most(120);
  EXPECT_EQ(spare_memory::held(), 120u);
  spare_memory::keep_at_most(15);
  EXPECT_EQ(spare_memory::held(), 15u);
  kept = {};
}

TEST(SpareMemory, RemembersTheMostThatWasKept) {
  kept = {100, 20};
  spare_memory::note_kept();
  kept = {10, 0};
  spare_memory::note_kept();
  EXPECT_GE(spare_memory::peak(), 120u);
  spare_memory::begin_peak();
  EXPECT_EQ(spare_memory::peak(), 10u);
  kept = {};
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
