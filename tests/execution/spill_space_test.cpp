// Parts of a file: none is given twice, and what was given back is used before the file grows.
#include <gtest/gtest.h>
#include <bask/execution/spill_space.hpp>

#include "../many.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace bask {
namespace {

TEST(SpillSpace, FillsTheFirstGapThatIsLargeEnough) {
  SpillSpace space(4096);
  EXPECT_EQ(space.take(4096), 0u);
  EXPECT_EQ(space.take(3 * 4096), 4096u);
  EXPECT_EQ(space.take(4096), 4u * 4096);
  space.give_back(4096, 3 * 4096);
  space.give_back(0, 4096);  // touches the gap behind it
  EXPECT_EQ(space.take(4 * 4096), 0u);
  EXPECT_EQ(space.end(), 5u * 4096);
}

TEST(SpillSpace, UsesWholeUnits) {
  SpillSpace space(4096);
  EXPECT_EQ(space.take(1), 0u);
  EXPECT_EQ(space.take(4097), 4096u);
  EXPECT_EQ(space.used_bytes(), 3u * 4096);
  space.give_back(0, 1);
  EXPECT_EQ(space.used_bytes(), 2u * 4096);
}

TEST(SpillSpace, UsesNothingForNothing) {
  SpillSpace space(4096);
  space.take(0);
  EXPECT_EQ(space.end(), 0u);
  space.give_back(0, 0);
  EXPECT_EQ(space.used_bytes(), 0u);
}

TEST(SpillSpace, EndsBehindTheLastUsedPart) {
  SpillSpace space(4096);
  for (int part = 0; part < 3; ++part) space.take(4096);
  space.give_back(4096, 4096);
  EXPECT_EQ(space.end(), 3u * 4096);
  space.give_back(2 * 4096, 4096);
  EXPECT_EQ(space.end(), 4096u);
  EXPECT_EQ(space.take(4096), 4096u);
}

TEST(SpillSpace, GivesNoUnitTwice) {
  struct Part {
    std::uint64_t offset, bytes;
  };
  SpillSpace space(1);
  std::mt19937 random(5);
  std::vector<Part> parts;
  std::vector<char> is_used(1 << 16, 0);
  std::uint64_t used = 0;
  const auto mark = [&](const Part& part, char as) {
    for (std::uint64_t unit = part.offset; unit < part.offset + part.bytes; ++unit) {
      ASSERT_NE(is_used[unit], as);
      is_used[unit] = as;
    }
  };
  for (int step = 0; step < many(20000); ++step) {
    if (parts.size() < 100 && random() % 2 == 0) {
      const std::uint64_t bytes = 1 + random() % 50;
      parts.push_back({space.take(bytes), bytes});
      ASSERT_LE(parts.back().offset + bytes, is_used.size());
      used += bytes;
      mark(parts.back(), 1);
    } else if (!parts.empty()) {
      std::swap(parts[random() % parts.size()], parts.back());
      space.give_back(parts.back().offset, parts.back().bytes);
      used -= parts.back().bytes;
      mark(parts.back(), 0);
      parts.pop_back();
    }
    ASSERT_EQ(space.used_bytes(), used);
  }
  for (const Part& part : parts) space.give_back(part.offset, part.bytes);
  EXPECT_EQ(space.end(), 0u);
}

}  // namespace
}  // namespace bask
