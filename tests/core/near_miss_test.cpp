// Which known name a mistyped one is taken for.
#include <gtest/gtest.h>
#include <bask/core/near_miss.hpp>

namespace bask {
namespace {

const std::vector<std::string> kKnown{"scheduler", "threads",        "pin",
                                      "progress",  "progress-delay", "memory-limit"};

TEST(NearMiss, FindsTheNameBehindASlip) {
  EXPECT_EQ(near_miss("schedular", kKnown), "scheduler");
  EXPECT_EQ(near_miss("theads", kKnown), "threads");
  EXPECT_EQ(near_miss("rpogress", kKnown), "progress");
  EXPECT_EQ(near_miss("ipn", kKnown), "pin");
}

TEST(NearMiss, FindsTheNameThatGoesOn) {
  EXPECT_EQ(near_miss("mem", kKnown), "memory-limit");
  EXPECT_EQ(near_miss("progress-d", kKnown), "progress-delay");
}

TEST(NearMiss, TakesCaseAndUnderscoresAsEqual) {
  EXPECT_EQ(near_miss("Memory_Limit", kKnown), "memory-limit");
}

TEST(NearMiss, FindsNothingForAStranger) {
  EXPECT_EQ(near_miss("frobnicate", kKnown), "");
  EXPECT_EQ(near_miss("", kKnown), "");
  EXPECT_EQ(near_miss("xyz", kKnown), "");
}

}  // namespace
}  // namespace bask
