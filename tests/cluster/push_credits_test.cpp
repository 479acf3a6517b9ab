// What ranks send each other unasked: never more than the receiver keeps free for it, however messages are
// delayed.
#include <gtest/gtest.h>
#include <bask/execution/push_credits.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

namespace bask::push_credits_test {

TEST(PushCredits, AreTakenUntilNothingIsLeftAndComeBackByTheNumberOfResults) {
  PushCredits credits(2, 100);
  EXPECT_TRUE(credits.take(1, 60));
  EXPECT_TRUE(credits.take(1, 40));
  EXPECT_FALSE(credits.take(1, 1));
  EXPECT_TRUE(credits.take(0, 100)) << "each rank has its own";
  credits.add(1, 1);
  EXPECT_FALSE(credits.take(1, 61));
  EXPECT_TRUE(credits.take(1, 60));
  credits.add(1, 5);  // more than were sent
  EXPECT_TRUE(credits.take(1, 100));
  EXPECT_FALSE(credits.take(1, 1));
}

TEST(PushCredits, AreWorthAMessageFromAQuarterOn) {
  PushCredits credits(3, 100);
  credits.owe(2, 20);
  EXPECT_FALSE(credits.owes());
  credits.owe(2, 5);
  EXPECT_TRUE(credits.owes());
  credits.owe(1, 1);
  std::vector<std::uint64_t> paid(3);
  credits.pay([&](std::uint32_t rank, std::uint64_t results) { paid[rank] = results; });
  EXPECT_EQ(paid, (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_FALSE(credits.owes());
  credits.pay([](std::uint32_t, std::uint64_t) { FAIL() << "it was paid"; });
}

TEST(PushCredits, AreWithoutALimitWhereTheyAreZero) {
  EXPECT_FALSE(PushCredits(3, 0).are_limited());
  EXPECT_EQ(PushCredits(3, 0).of_one_rank(), ~std::uint64_t{0});
  EXPECT_EQ(PushCredits(3, 5).of_one_rank(), 5u);
}

// Several ranks send to one, which pays only while it has room. Results and payments stay on their way for as
// long as chance has it; those of one pair keep their order.
TEST(PushCredits, KeepWhatHasComeAndWhatIsOnItsWayWithinTheRoomForIt) {
  constexpr std::uint32_t kRanks = 4;
  constexpr std::uint64_t kCredit = 100, kSpare = kCredit * kRanks, kLimit = 1000;
  std::mt19937 random(1);
  std::deque<PushCredits> of_sender;
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) of_sender.emplace_back(kRanks, kCredit);
  PushCredits of_receiver(kRanks, kCredit);
  std::vector<std::deque<std::uint64_t>> results(kRanks), payments(kRanks);  // on their way, by sender
  std::vector<std::uint64_t> held;                                           // by the receiver
  std::uint64_t sum = 0, most = 0, sent = 0;
  for (int step = 0; step < 200'000; ++step) {
    const std::uint32_t rank = 1 + static_cast<std::uint32_t>(random() % (kRanks - 1));
    switch (random() % 5) {
      case 0:
        if (const std::uint64_t bytes = 1 + random() % 60; of_sender[rank].take(0, bytes)) {
          results[rank].push_back(bytes);
          ++sent;
        }
        break;
      case 1:
        if (results[rank].empty()) break;
        held.push_back(results[rank].front());
        sum += held.back();
        of_receiver.owe(rank, held.back());
        results[rank].pop_front();
        break;
      case 2:  // its units take what leaves the spare room free, and more than chance frees
        if (const std::uint64_t bytes = 1 + random() % 300; sum + bytes + kSpare <= kLimit) {
          held.push_back(bytes);
          sum += bytes;
        }
        break;
      case 3:
        if (held.empty()) break;
        std::swap(held[random() % held.size()], held.back());
        sum -= held.back();
        held.pop_back();
        break;
      default:
        if (of_receiver.owes() && sum + kSpare <= kLimit)
          of_receiver.pay([&](std::uint32_t to, std::uint64_t count) { payments[to].push_back(count); });
        if (payments[rank].empty() || random() % 2 == 0) break;
        of_sender[rank].add(0, payments[rank].front());
        payments[rank].pop_front();
    }
    most = std::max(most, sum);
  }
  EXPECT_LE(most, kLimit);
  EXPECT_GT(most, kLimit - kSpare) << "what comes unasked uses the room that was left for it";
  EXPECT_GT(sent, 10'000u);
}

}  // namespace bask::push_credits_test
