// Names of sets of ranks and hosts.
#include <gtest/gtest.h>
#include <bask/launch/rank_text.hpp>

#include <numeric>

namespace bask {
namespace {

TEST(RanksText, JoinsNeighboursToRanges) {
  EXPECT_EQ(ranks_text({3}), "rank 3");
  EXPECT_EQ(ranks_text({0, 1, 2, 3, 8}), "ranks 0-3, 8");
  std::vector<int> thousand(1000);
  std::iota(thousand.begin(), thousand.end(), 0);
  EXPECT_EQ(ranks_text(thousand), "ranks 0-999");
}

TEST(RanksText, CountsWhatItLeavesOut) {
  std::vector<int> even;
  for (int rank = 0; rank < 1000; rank += 2) even.push_back(rank);
  EXPECT_EQ(ranks_text(even), "ranks 0, 2, 4, 6, 8, 10 and 494 more");
  EXPECT_EQ(ranks_text({0, 2, 4, 6, 8, 10}), "ranks 0, 2, 4, 6, 8, 10");
}

TEST(HostsText, ListsAFewAndCountsMany) {
  EXPECT_EQ(hosts_text({"n1"}), "n1");
  EXPECT_EQ(hosts_text({"n1", "n2"}), "n1, n2");
  EXPECT_EQ(hosts_text({"n1", "n2", "n3", "n4", "n5"}), "5 hosts, n1 to n5");
}

}  // namespace
}  // namespace bask
