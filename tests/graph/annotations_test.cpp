// Annotations: the inner scope says more than the outer one, and each thread has its own.
#include <gtest/gtest.h>
#include <bask/graph/annotations.hpp>

#include <thread>

namespace bask {
namespace {

TEST(Annotations, OverlayTakesTheInnerWhereItSaysSomething) {
  const Annotations outer{.priority = 1,
                          .retries = 2,
                          .resources = {{"gpu", 1}, {"disk", 1}},
                          .memory = 1_GiB,
                          .timeout = std::chrono::seconds(9)};
  const Annotations inner{.priority = 5, .retries = {}, .resources = {{"gpu", 2}}};
  const Annotations expected{.priority = 5,
                             .retries = 2,
                             .resources = {{"gpu", 2}, {"disk", 1}},
                             .memory = 1_GiB,
                             .timeout = std::chrono::seconds(9)};
  EXPECT_EQ(overlay(outer, inner), expected);
  EXPECT_EQ(overlay(outer, {.timeout = std::chrono::seconds(0)}).timeout, std::chrono::seconds(0));
  EXPECT_EQ(overlay(outer, {.memory = 2_GiB}).memory, 2_GiB);
}

TEST(Annotations, AreEmptyOnlyWhenNothingIsSaid) {
  EXPECT_TRUE(Annotations().empty());
  EXPECT_FALSE((Annotations{.priority = 0}.empty()));
  EXPECT_FALSE((Annotations{.memory = 1_KiB}.empty()));
  EXPECT_FALSE((Annotations{.timeout = std::chrono::seconds(0)}.empty()));
}

TEST(Annotate, HoldsWhileItsScopeLasts) {
  {
    const annotate outer({.priority = 1, .retries = 3});
    {
      const annotate inner({.priority = 2});
      EXPECT_EQ(annotate::current().priority, 2);
      EXPECT_EQ(annotate::current().retries, 3);
    }
    EXPECT_EQ(annotate::current().priority, 1);
  }
  EXPECT_TRUE(annotate::current().empty());
}

TEST(Annotate, OnlyPutsThoseAroundItAside) {
  const annotate outer({.priority = 1, .retries = 3});
  {
    const annotate inner = annotate::only({.priority = 2});
    EXPECT_EQ(annotate::current(), (Annotations{.priority = 2}));
  }
  EXPECT_EQ(annotate::current(), (Annotations{.priority = 1, .retries = 3}));
}

TEST(Annotate, DoesNotReachOtherThreads) {
  const annotate scope({.priority = 1});
  std::thread([] { EXPECT_TRUE(annotate::current().empty()); }).join();
}

}  // namespace
}  // namespace bask
