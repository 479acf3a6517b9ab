// The memory of blocks: what is kept when it is freed, and given back.
#include <gtest/gtest.h>
#include <bask/collections/array/block/block_memory.hpp>
#include <bask/core/sanitizers.hpp>
#include <bask/core/spare_memory.hpp>
#include <bask/core/units.hpp>

#include <memory>
#include <vector>

namespace bask::block_memory_test {

using Owner = std::unique_ptr<std::byte[], block_memory::GiveBack>;
Owner block(std::size_t bytes) {
  const block_memory::Piece piece = block_memory::take(bytes);
  return {piece.memory, {piece.bytes}};
}

class BlockMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (kHasAddressSanitizer) GTEST_SKIP() << "nothing is kept, so that uses of freed blocks are found";
    spare_memory::give_back(~std::uint64_t{0});
  }
  void TearDown() override { spare_memory::set_limit(~std::uint64_t{0}); }
};

TEST_F(BlockMemory, IsSpareOnceItIsFreedUntilItIsTakenAgain) {
  Owner one = block(8_MiB);
  EXPECT_EQ(spare_memory::held(), 0u);
  const std::byte* const place = one.get();
  one.reset();
  EXPECT_EQ(spare_memory::held(), 8_MiB);
  one = block(8_MiB - 5);
  EXPECT_EQ(one.get(), place);
  EXPECT_EQ(spare_memory::held(), 0u);
}

TEST_F(BlockMemory, GivesBackNoMoreThanWholePiecesForWhatIsWanted) {
  { const Owner first = block(8_MiB), second = block(16_MiB), third = block(4_MiB); }
  EXPECT_EQ(spare_memory::held(), 28_MiB);
  EXPECT_EQ(spare_memory::give_back(1), 4_MiB) << "third was freed first";
  EXPECT_EQ(spare_memory::give_back(17_MiB), 24_MiB);
  EXPECT_EQ(spare_memory::held(), 0u);
}

TEST_F(BlockMemory, KeepsNoMoreThanItMay) {
  spare_memory::set_limit(16 * 20_MiB);
  std::vector<Owner> all;
  for (int i = 0; i < 5; ++i) all.push_back(block(8_MiB));
  all.clear();
  EXPECT_EQ(spare_memory::held(), 16_MiB);
  spare_memory::set_limit(0);
  block(8_MiB).reset();
  EXPECT_EQ(spare_memory::held(), 0u);
}

}  // namespace bask::block_memory_test
