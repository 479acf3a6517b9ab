// Freed memory goes back to the system when it is to, and when the process occupies too much.
#include <gtest/gtest.h>
#include <bask/core/spare_memory.hpp>
#include <bask/system/kept_memory.hpp>

#include "../core/counted_cache.hpp"
#include "../many.hpp"

#include <malloc.h>
#include <algorithm>
#include <memory>
#include <vector>

namespace bask::kept_memory_test {

std::uint64_t kept = 0;
const bool is_known = add_counted_cache<kept>();

// Bytes that malloc has from the system for pieces below its mmap threshold.
std::size_t heap_bytes() {
  return mallinfo2().arena;
}

TEST(KeptMemory, OfCachesAndMallocIsGivenBack) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer has an allocator of its own";
  ASSERT_TRUE(is_known);
  keep_freed_memory(std::uint64_t{1} << 40);
  std::vector<std::unique_ptr<char[]>> pieces;
  pieces.reserve(64);  // below them all
  for (int i = 0; i < 64; ++i) pieces.push_back(std::make_unique<char[]>(1 << 20));
  const std::size_t with_all = heap_bytes();
  pieces.clear();
  EXPECT_EQ(heap_bytes(), with_all) << "malloc does not keep what was freed";
  kept = 5;
  give_back_freed_memory();
  EXPECT_EQ(kept, 0u);
  EXPECT_LT(heap_bytes(), with_all - (48u << 20));
}

TEST(KeptMemory, IsLessWhereTheLimitIsSmall) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer has an allocator of its own";
  keep_freed_memory(std::uint64_t{64} << 20);
  std::vector<std::unique_ptr<char[]>> pieces;
  pieces.reserve(64);  // below them all
  for (int i = 0; i < 64; ++i) pieces.push_back(std::make_unique<char[]>(1 << 20));
  const std::size_t with_all = heap_bytes();
  pieces.clear();
  EXPECT_LT(heap_bytes(), with_all - (48u << 20));
  keep_freed_memory(std::uint64_t{1} << 40);
}

TEST(KeptMemory, IsGivenBackOnlyWhereTheProcessOccupiesTooMuch) {
  kept = 5;
  see_to_resident_bound();
  EXPECT_EQ(kept, 5u) << "there is no bound";
  set_resident_bound(std::uint64_t{1} << 60);
  see_to_resident_bound();
  EXPECT_EQ(kept, 5u);
  set_resident_bound(1);
  see_to_resident_bound();
  EXPECT_EQ(kept, 0u);
  kept = 5;
  see_to_resident_bound();
  EXPECT_EQ(kept, 5u) << "it was of no use just now";
  set_resident_bound(0);
}

}  // namespace bask::kept_memory_test
