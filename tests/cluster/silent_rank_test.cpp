// Ranks that fall silent, and ranks that only seem to, as they are in a function that every rank calls.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/bask.hpp>

#include "local_cluster.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace bask::silent_rank_test {

using namespace std::chrono_literals;

NodeOptions impatient(std::chrono::nanoseconds silence_limit = 300ms) {
  NodeOptions options;
  options.pin = Pin::kOff;
  options.backoff.crowded = true;
  options.silence_limit = silence_limit;
  options.hosts = {"a", "b"};
  return options;
}

TEST(SilentRank, EndsTheJobWhenItIsRank0) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  Node node(*one, impatient());
  network.disconnect(0);
  testing::internal::CaptureStderr();
  EXPECT_THROW(node.serve(), MemoryAbort);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("nothing was heard from rank 0 (a) for 300 ms"),
            std::string::npos);
  EXPECT_EQ(network.aborted(), 69);
}

void wait_for_a_silent_rank() {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  Node node(*zero, impatient());
  network.disconnect(1);
  std::this_thread::sleep_for(std::chrono::seconds(60));
}

// A MemoryNetwork cannot end the process by itself: its abort() throws, and nobody catches that.
TEST(SilentRankDeathTest, EndsTheJobWhileRank0IsInTheUsersCode) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(wait_for_a_silent_rank(), "nothing was heard from rank 1 \\(b\\) for 300 ms");
}

// ---- In a function that every rank calls. ----

MemoryNetwork* network_to_cut = nullptr;
std::atomic<int> inside{0};

// Once both ranks are inside, they hear no more of each other.
int cut_and_wait(int seconds) {
  if (++inside == 2) network_to_cut->disconnect(1);
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  return seconds;
}

void call_while_a_rank_dies(std::uint32_t watching) {
  MemoryNetwork network({.ranks = 2});
  network_to_cut = &network;
  const auto zero_end = network.endpoint(0), one_end = network.endpoint(1);
  Node zero(*zero_end, impatient(watching == 0 ? 300ms : 0ms));
  Node one(*one_end, impatient(watching == 1 ? 300ms : 0ms));
  std::thread server([&] { one.serve(); });
  Client client({}, zero, {{"a"}, {"b"}});
  client.run<cut_and_wait>(60);
}

TEST(SilentRankDeathTest, EndsTheJobWhileAllAreInAFunction) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(call_while_a_rank_dies(0), "nothing was heard from rank 1 \\(b\\) for 300 ms");
  EXPECT_DEATH(call_while_a_rank_dies(1), "nothing was heard from rank 0 \\(a\\) for 300 ms");
}

int take_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  return ms;
}

TEST(Ranks, MayBeInAFunctionForLongerThanTheyMayBeSilent) {
  LocalCluster cluster({.ranks = 3, .silence_limit = 1s});
  EXPECT_EQ(cluster.client().run<take_ms>(2500), std::vector<int>(3, 2500));
  EXPECT_EQ(cluster.network().aborted(), std::nullopt);
  EXPECT_EQ(delayed<take_ms>(1).compute(), 1) << "usable afterwards";
}

std::thread::id of_rank_0;

// On rank 0, with the messages of its node held up.
int have_turns(int ms, bool passes) {
  if (std::this_thread::get_id() != of_rank_0) return ms;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  MpiTurn turn;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (passes) turn.pass();
  }
  return ms;
}

void call_in_turns(int ms, bool passes) {
  of_rank_0 = std::this_thread::get_id();
  MemoryNetwork network({.ranks = 2});
  const auto zero_end = network.endpoint(0), one_end = network.endpoint(1);
  Node zero(*zero_end, impatient(1s)), one(*one_end, impatient(passes ? 1s : 0s));
  zero.share_mpi();
  std::thread server([&] { one.serve(); });
  {
    Client client({}, zero, {{"a"}, {"b"}});
    EXPECT_EQ(client.run<have_turns>(ms, passes), std::vector<int>(2, ms));
  }
  set_mpi_user(nullptr);
  zero.shut_down(60s);
  server.join();
  EXPECT_EQ(network.aborted(), std::nullopt);
}

TEST(MpiTurn, LetsARankSayThatItIsAliveWhenItPasses) {
  call_in_turns(2500, true);
}

TEST(MpiTurnDeathTest, EndsTheJobWhenItIsTooLong) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(call_in_turns(60'000, false), testing::ExitedWithCode(69),
              "MPI was in use for 1.00 s without a pause: a function of client.run holds an MpiTurn");
}

TEST(MpiTurn, HoldsUpMessagesWhileItLasts) {
  MemoryNetwork network({.ranks = 1});
  const auto end = network.endpoint(0);
  Node node(*end, impatient(0s));
  node.share_mpi();
  std::atomic<bool> has_moved{false};
  std::thread mover;
  {
    const MpiTurn turn;
    {
      const MpiTurn inner;  // by the same thread
    }
    mover = std::thread([&] {
      static_cast<void>(node.held());
      has_moved = true;
    });
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    EXPECT_FALSE(has_moved);
  }
  mover.join();
  EXPECT_TRUE(has_moved);
  set_mpi_user(nullptr);
}

}  // namespace bask::silent_rank_test
