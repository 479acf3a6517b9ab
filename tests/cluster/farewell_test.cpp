// The end of a job: no rank leaves before all that others have sent to it has arrived. One rank is a node;
// the test speaks for the others.
#include <gtest/gtest.h>
#include <bask/cluster/farewell.hpp>
#include <bask/cluster/node.hpp>

#include "listening_ranks.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bask::farewell_test {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

NodeOptions on_three_hosts(std::chrono::nanoseconds silence_limit) {
  NodeOptions options;
  options.pin = Pin::kOff;
  options.backoff.crowded = true;
  options.silence_limit = silence_limit;
  options.hosts = {"a", "b", "c"};
  return options;
}

class RankByHand {
 public:
  RankByHand(MemoryNetwork& network, std::uint32_t rank)
      : end_(network.endpoint(rank)), exchange_(*end_, listener_) {}

  void post(std::uint32_t to, MessageKind kind) { exchange_.post(to, kind, 0); }
  void progress() { exchange_.progress(0); }
  /// Whether others have received all that it has posted.
  bool is_quiet() {
    return exchange_.locked([&] { return exchange_.is_quiet(); });
  }
  std::size_t heard(MessageKind kind) const {
    return static_cast<std::size_t>(std::ranges::count(listener_.said, kind, &Said::kind));
  }
  std::optional<MessageKind> last() const {
    return listener_.said.empty() ? std::nullopt : std::optional(listener_.said.back().kind);
  }

 private:
  Listener listener_;
  std::unique_ptr<Transport> end_;
  Exchange exchange_;
};

// Has ranks make progress until the condition holds. Returns whether it does in time.
bool holds_soon(std::initializer_list<RankByHand*> ranks, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    for (RankByHand* rank : ranks) rank->progress();
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(Farewell, IsCompleteWhenEachOtherRankHasSaidGoodbye) {
  Farewell farewell(3);
  EXPECT_FALSE(farewell.has_begun());
  farewell.begin();
  EXPECT_TRUE(farewell.has_begun());
  farewell.on_bye(1);
  farewell.on_bye(1);
  EXPECT_FALSE(farewell.all_have_left()) << "rank 1 has said it twice";
  EXPECT_TRUE(farewell.has_left(1));
  EXPECT_FALSE(farewell.has_left(2));
  farewell.on_bye(2);
  EXPECT_TRUE(farewell.all_have_left());
  EXPECT_TRUE(Farewell(1).all_have_left()) << "nobody else is there";
}

TEST(Farewell, AWorkerReceivesUntilRank0LetsItGoAndAnswersNothing) {
  MemoryNetwork network({.ranks = 3, .seed = 1, .most_delay = 10});
  RankByHand zero(network, 0), two(network, 2);
  const auto end = network.endpoint(1);
  Node one(*end, on_three_hosts(0s));
  std::thread server([&] { one.serve(); });
  zero.post(1, MessageKind::kShutdown);
  EXPECT_TRUE(holds_soon({&zero, &two}, [&] { return zero.heard(MessageKind::kBye) == 1; }));
  for (int round = 0; round < 20; ++round) {
    zero.post(1, MessageKind::kHeartbeat);
    zero.post(1, MessageKind::kSteal);
    two.post(1, MessageKind::kCredit);
    const bool have_arrived = holds_soon({&zero, &two}, [&] { return zero.is_quiet() && two.is_quiet(); });
    EXPECT_TRUE(have_arrived) << "round " << round;
    if (!have_arrived) break;
  }
  EXPECT_EQ(zero.last(), MessageKind::kBye) << "and a steal was not refused";
  zero.post(1, MessageKind::kBye);
  EXPECT_TRUE(holds_soon({&zero, &two}, [&] { return zero.is_quiet(); }));
  server.join();
  EXPECT_EQ(zero.last(), MessageKind::kBye);
}

TEST(Farewell, Rank0LetsNobodyGoBeforeAllHaveSaidGoodbyeAndIsHeardUntilThen) {
  MemoryNetwork network({.ranks = 3, .seed = 2, .most_delay = 10});
  RankByHand one(network, 1), two(network, 2);
  const auto end = network.endpoint(0);
  {
    Node zero(*end, on_three_hosts(60s));
    bool have_left = false;
    std::thread ending([&] { have_left = zero.shut_down(kPatience + kPatience); });
    EXPECT_TRUE(holds_soon({&one, &two}, [&] { return one.heard(MessageKind::kShutdown) == 1; }));
    one.post(0, MessageKind::kBye);
    EXPECT_TRUE(holds_soon({&one, &two}, [&] { return one.is_quiet(); }));
    const std::size_t before = one.heard(MessageKind::kHeartbeat);
    EXPECT_TRUE(holds_soon({&one, &two}, [&] { return one.heard(MessageKind::kHeartbeat) >= before + 2; }));
    EXPECT_EQ(one.heard(MessageKind::kBye), 0u);
    two.post(0, MessageKind::kBye);
    EXPECT_TRUE(holds_soon({&one, &two}, [&] {
      return one.heard(MessageKind::kBye) == 1 && two.heard(MessageKind::kBye) == 1;
    }));
    ending.join();
    EXPECT_TRUE(have_left);
  }
  for (int round = 0; round < 100; ++round) one.progress();
  EXPECT_EQ(one.last(), MessageKind::kBye) << "nobody would receive what rank 0 says later";
}

TEST(Farewell, AWorkerThatHasSaidGoodbyeEndsTheJobWhenRank0FallsSilent) {
  MemoryNetwork network({.ranks = 3});
  RankByHand zero(network, 0);
  const auto end = network.endpoint(1);
  Node one(*end, on_three_hosts(300ms));
  testing::internal::CaptureStderr();
  std::thread server([&] { EXPECT_THROW(one.serve(), MemoryAbort); });
  zero.post(1, MessageKind::kShutdown);
  EXPECT_TRUE(holds_soon({&zero}, [&] { return zero.heard(MessageKind::kBye) == 1; }));
  network.disconnect(0);
  server.join();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("nothing was heard from rank 0 (a) for 300 ms"),
            std::string::npos);
}

}  // namespace bask::farewell_test
