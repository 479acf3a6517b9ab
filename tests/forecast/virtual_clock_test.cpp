// VirtualClock: calls in the order of their times, and lines that serve one after the other.
#include <gtest/gtest.h>
#include <bask/forecast/virtual_clock.hpp>

#include <string>
#include <vector>

namespace bask {
namespace {

TEST(VirtualClock, MakesCallsInTheOrderOfTheirTimes) {
  VirtualClock clock;
  std::string made;
  clock.after(20, [&] { made += 'c'; });
  clock.after(10, [&] { made += 'a'; });
  clock.after(10, [&] { made += 'b'; });
  clock.run();
  EXPECT_EQ(made, "abc");
  EXPECT_EQ(clock.now(), 20);
}

TEST(VirtualClock, MakesCallsThatCallsHaveAdded) {
  VirtualClock clock;
  std::vector<std::int64_t> times;
  clock.after(5, [&] {
    clock.after(7, [&] { times.push_back(clock.now()); });
    clock.after(-1, [&] { times.push_back(clock.now()); });
  });
  clock.run();
  EXPECT_EQ(times, (std::vector<std::int64_t>{5, 12}));
}

TEST(VirtualLine, ServesOneAfterTheOther) {
  VirtualClock clock;
  VirtualLine line(clock);
  EXPECT_EQ(line.serve(10), 10);
  EXPECT_EQ(line.serve(5), 15);
  clock.after(100, [] {});
  clock.run();
  EXPECT_EQ(line.serve(5), 105) << "the line was free in between";
}

}  // namespace
}  // namespace bask
