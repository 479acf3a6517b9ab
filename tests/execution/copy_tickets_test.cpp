// Memory for encoded copies: who begins at once, who waits, and that somebody always goes on.
#include <gtest/gtest.h>
#include <bask/execution/copy_tickets.hpp>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace bask::copy_tickets_test {

/// Copies whose end the test decides.
struct Copies {
  explicit Copies(std::uint64_t limit) : ledger(limit), tickets(ledger) {}
  void take(int name, std::uint64_t bytes) {
    tickets.take(bytes, [this, name](CopyTickets::Ticket ticket) {
      begun.push_back(name);
      of.push_back(ticket);
    });
  }
  std::uint64_t counted() const { return ledger.held(MemoryKind::kTransfer); }
  MemoryLedger ledger;
  CopyTickets tickets;
  std::vector<int> begun;
  std::vector<CopyTickets::Ticket> of;
};

TEST(CopyTickets, CopiesBeginAtOnceWhileThereIsRoom) {
  Copies copies(100);
  copies.take(1, 60);
  copies.take(2, 40);
  EXPECT_EQ(copies.begun, (std::vector<int>{1, 2}));
  EXPECT_EQ(copies.counted(), 100u);
  copies.tickets.end(copies.of[0]);
  EXPECT_EQ(copies.counted(), 40u);
  copies.tickets.end(copies.of[1]);
  EXPECT_EQ(copies.ledger.held(), 0u);
}

TEST(CopyTickets, OneCopyAtATimeIsBeyondTheLimit) {
  Copies copies(100);
  copies.ledger.take(MemoryKind::kResults, 100);
  for (int name = 1; name <= 3; ++name) copies.take(name, 50);
  EXPECT_EQ(copies.begun, std::vector<int>{1});
  EXPECT_EQ(copies.counted(), 0u) << "it lies in the margin";
  copies.tickets.end(copies.of[0]);
  EXPECT_EQ(copies.begun, (std::vector<int>{1, 2}));
  copies.ledger.give_back(MemoryKind::kResults, 100);
  copies.tickets.end(copies.of[1]);
  EXPECT_EQ(copies.begun, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(copies.counted(), 50u);
  copies.tickets.end(copies.of[2]);
  EXPECT_EQ(copies.ledger.held(), 0u);
}

TEST(CopyTickets, CopiesThatWaitBeginInOrderAsManyAsFit) {
  Copies copies(100);
  copies.take(1, 100);
  copies.take(2, 100);
  for (int name = 3; name <= 5; ++name) copies.take(name, 30);
  EXPECT_EQ(copies.begun, (std::vector<int>{1, 2}));
  copies.tickets.end(copies.of[0]);
  EXPECT_EQ(copies.begun, (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(copies.counted(), 90u);
}

TEST(CopyTickets, ThreadsTogetherStayWithinTheLimitAndAllCopiesEnd) {
  MemoryLedger ledger(1000);
  CopyTickets tickets(ledger);
  std::atomic<int> beyond{0}, most_beyond{0}, ended{0};
  const auto copy = [&](CopyTickets::Ticket ticket) {
    if (ticket.counted == 0 && ++beyond > 1) ++most_beyond;
    if (ticket.counted == 0) --beyond;
    ++ended;
    tickets.end(ticket);
  };
  std::vector<std::thread> threads;
  for (const std::uint64_t bytes : {300, 400, 900, 2000}) {
    threads.emplace_back([&, bytes] {
      for (int round = 0; round < 2000; ++round) tickets.take(bytes, copy);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 8000);
  EXPECT_EQ(most_beyond, 0);
  EXPECT_LE(ledger.peak(), 1000u);
  EXPECT_EQ(ledger.held(), 0u);
}

}  // namespace bask::copy_tickets_test
