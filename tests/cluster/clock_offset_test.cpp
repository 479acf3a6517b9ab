#include <gtest/gtest.h>
#include <bask/cluster/clock_offset.hpp>

#include <random>

namespace bask {
namespace {

// A rank whose clock is ahead by `kAhead`, and messages that take from 10 us to 5 ms, each way for itself.
TEST(ClockOffset, ComesAsCloseAsTheQuickestExchange) {
  constexpr std::int64_t kAhead = 123'456'789'000;
  std::mt19937_64 random(3);
  const auto way = [&] { return static_cast<std::int64_t>(10'000 + random() % 5'000'000); };
  ClockOffset offset;
  std::int64_t told = 0, now = 1'000'000'000;  // on rank 0's clock
  for (int beat = 0; beat < 200; ++beat) {
    const std::int64_t sent = now, arrived = sent + way(), answered = arrived + 1'000'000'000,
                       back = answered + way();
    const Heartbeat answer{.sent_ns = answered, .echo_ns = sent + kAhead, .echo_age_ns = answered - arrived};
    if (const auto better = offset.heard(answer, back + kAhead)) told = *better;
    now = back + 1'000'000'000;
  }
  EXPECT_LE(std::abs(told - kAhead), offset.error_ns());
  EXPECT_LT(offset.error_ns(), 1'000'000);
}

TEST(ClockOffset, SaysNothingBeforeAnAnswer) {
  ClockOffset offset;
  EXPECT_FALSE(offset.heard({.sent_ns = 5}, 6));
}

TEST(ClockOffset, IgnoresAnswersFromTheFuture) {
  ClockOffset offset;
  EXPECT_FALSE(offset.heard({.sent_ns = 5, .echo_ns = 100, .echo_age_ns = 50}, 120));
}

}  // namespace
}  // namespace bask
