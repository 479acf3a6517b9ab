// The affinity mask: its cores by number, compared with the system's own answer.
#include <gtest/gtest.h>
#include <sched.h>
#include <bask/system/affinity.hpp>

#include <set>

namespace bask {
namespace {

TEST(CoreMask, NamesOneHardwareThreadOfEachOfItsCores) {
  cpu_set_t mask;
  ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
  const CoreMask& cores = CoreMask::of_process();
  const std::set<unsigned> cpus(cores.cpus().begin(), cores.cpus().end());
  EXPECT_EQ(cpus.size(), cores.count());
  for (const unsigned cpu : cpus) EXPECT_TRUE(CPU_ISSET(cpu, &mask)) << cpu;
}

TEST(CoreMask, HasNoMoreCoresThanTheMachine) {
  const CoreMask& cores = CoreMask::of_process();
  EXPECT_GE(cores.count(), 1u);
  EXPECT_LE(cores.count(), cores.machine_cores());
}

}  // namespace
}  // namespace bask
