// The memory of blocks: what is kept when it is freed, and given back.
#include <gtest/gtest.h>
#include <bask/collections/array/block/block_memory.hpp>
#include <bask/core/spare_memory.hpp>

#include <memory>
#include <vector>

namespace bask::block_memory_test {

constexpr std::size_t kMiB = 1u << 20;

using Owner = std::unique_ptr<std::byte[], block_memory::GiveBack>;
Owner block(std::size_t bytes) {
  const block_memory::Piece piece = block_memory::take(bytes);
  return {piece.memory, {piece.bytes}};
}

class BlockMemory : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "nothing is kept, so that uses of freed blocks are found";
#endif
    spare_memory::give_back(~std::uint64_t{0});
  }
  void TearDown() override {
    spare_memory::set_limit(~std::uint64_t{0});
  }
};

TEST_F(BlockMemory, IsSpareOnceItIsFreedUntilItIsTakenAgain) {
  Owner one = block(8 * kMiB);
  EXPECT_EQ(spare_memory::held(), 0u);
  const std::byte* const place = one.get();
  one.reset();
  EXPECT_EQ(spare_memory::held(), 8 * kMiB);
  one = block(8 * kMiB - 5);
  EXPECT_EQ(one.get(), place);
  EXPECT_EQ(spare_memory::held(), 0u);
}

TEST_F(BlockMemory, GivesBackNoMoreThanWholePiecesForWhatIsWanted) {
  { const Owner first = block(8 * kMiB), second = block(16 * kMiB), third = block(4 * kMiB); }
  EXPECT_EQ(spare_memory::held(), 28 * kMiB);
  EXPECT_EQ(spare_memory::give_back(1), 4 * kMiB) << "third was freed first";
  EXPECT_EQ(spare_memory::give_back(17 * kMiB), 24 * kMiB);
  EXPECT_EQ(spare_memory::held(), 0u);
}

TEST_F(BlockMemory, KeepsNoMoreThanItMay) {
  spare_memory::set_limit(16 * 20 * kMiB);
  std::vector<Owner> all;
  for (int i = 0; i < 5; ++i) all.push_back(block(8 * kMiB));
  all.clear();
  EXPECT_EQ(spare_memory::held(), 16 * kMiB);
  spare_memory::set_limit(0);
  block(8 * kMiB).reset();
  EXPECT_EQ(spare_memory::held(), 0u);
}

}  // namespace bask::block_memory_test
