// The memory that a process occupies, as the kernel counts it.
#include <gtest/gtest.h>
#include <bask/system/resident_memory.hpp>

#include <cstring>
#include <memory>

namespace bask::resident_memory_test {

TEST(ResidentMemory, IsReadFromWhatTheKernelWrites) {
  const ResidentMemory read = resident_memory_in("Name:\ttool\nVmHWM:\t    3000 kB\nVmRSS:\t    2696 kB\n");
  EXPECT_EQ(read.now, 2696u << 10);
  EXPECT_EQ(read.peak, 3000u << 10);
}

TEST(ResidentMemory, IsZeroWhereTheKernelDoesNotSay) {
  for (const char* text : {"", "Name:\ttool\n", "Name:\ttool\nVmRSS:", "Name:\ttool\nVmRSS:\tmuch\n"}) {
    EXPECT_EQ(resident_memory_in(text).now, 0u) << text;
    EXPECT_EQ(resident_memory_in(text).peak, 0u) << text;
  }
}

TEST(ResidentMemory, OfThisProcessKeepsItsPeak) {
  constexpr std::size_t kBytes = 64 << 20;
  const ResidentMemory before = resident_memory();
  auto memory = std::make_unique<char[]>(kBytes);
  std::memset(memory.get(), 1, kBytes);
  const ResidentMemory with = resident_memory();
  EXPECT_GE(with.now, before.now + kBytes / 2);
  memory.reset();
  EXPECT_GE(resident_memory().peak, before.now + kBytes / 2);
}

}  // namespace bask::resident_memory_test
