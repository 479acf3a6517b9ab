// The memory limit: the smallest of what the machine, its control groups and Slurm say.
#include <gtest/gtest.h>
#include <bask/system/memory_limit.hpp>

#include <map>

namespace bask {
namespace {

constexpr std::uint64_t kGiB = 1ull << 30;

struct Machine {
  std::map<std::string, std::string> files, variables;
  std::uint64_t limit() const {
    const auto look_up = [](const std::map<std::string, std::string>& texts) {
      return [&texts](const std::string& name) -> std::optional<std::string> {
        const auto found = texts.find(name);
        return found == texts.end() ? std::nullopt : std::optional(found->second);
      };
    };
    return memory_limit({look_up(files), look_up(variables), 64 * kGiB});
  }
};

TEST(MemoryLimit, IsAllOfTheMachineWhereNobodySaysLess) {
  EXPECT_EQ(Machine{}.limit(), 64 * kGiB);
}

TEST(MemoryLimit, IsThatOfTheControlGroupInVersionTwo) {
  EXPECT_EQ((Machine{{{"/proc/self/cgroup", "0::/slurm/job\n"},
                      {"/sys/fs/cgroup/slurm/job/memory.max", "8589934592\n"}},
                     {}}
                 .limit()),
            8 * kGiB);
}

TEST(MemoryLimit, IsWhereTheControlGroupBeginsToSlowDown) {
  EXPECT_EQ((Machine{{{"/proc/self/cgroup", "0::/slurm/job\n"},
                      {"/sys/fs/cgroup/slurm/job/memory.max", "8589934592\n"},
                      {"/sys/fs/cgroup/slurm/memory.high", "4294967296\n"},
                      {"/sys/fs/cgroup/slurm/job/memory.high", "max\n"}},
                     {}}
                 .limit()),
            4 * kGiB);
}

TEST(MemoryLimit, IsTheSmallestOnTheWayUp) {
  EXPECT_EQ((Machine{{{"/proc/self/cgroup", "0::/a/b/c\n"},
                      {"/sys/fs/cgroup/a/b/c/memory.max", "max\n"},
                      {"/sys/fs/cgroup/a/b/memory.max", "8589934592\n"},
                      {"/sys/fs/cgroup/a/memory.max", "4294967296\n"},
                      {"/sys/fs/cgroup/memory.max", "17179869184\n"}},
                     {}}
                 .limit()),
            4 * kGiB);
}

TEST(MemoryLimit, IsFoundInTheRootGroup) {
  EXPECT_EQ(
      (Machine{{{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "1073741824\n"}}, {}}.limit()),
      kGiB);
}

TEST(MemoryLimit, IsThatOfTheControlGroupInVersionOne) {
  EXPECT_EQ((Machine{{{"/proc/self/cgroup", "5:cpu,cpuacct:/other\n4:memory:/docker/7\n"},
                      {"/sys/fs/cgroup/memory/docker/7/memory.limit_in_bytes", "2147483648\n"},
                      {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
                     {}}
                 .limit()),
            2 * kGiB);
}

TEST(MemoryLimit, IsWhatSlurmGaveTheNode) {
  EXPECT_EQ((Machine{{}, {{"SLURM_MEM_PER_NODE", "4096"}}}.limit()), 4 * kGiB);
  EXPECT_EQ((Machine{{}, {{"SLURM_MEM_PER_CPU", "1024"}, {"SLURM_CPUS_ON_NODE", "8"}}}.limit()), 8 * kGiB);
}

TEST(MemoryLimit, IsNotZeroWhereSlurmGivesAll) {
  EXPECT_EQ((Machine{{}, {{"SLURM_MEM_PER_NODE", "0"}}}.limit()), 64 * kGiB);
}

TEST(MemoryLimit, OfThisMachineIsSomething) {
  EXPECT_GT(memory_limit(), 1u << 20);
}

}  // namespace
}  // namespace bask
