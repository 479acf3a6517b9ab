// The transport in memory: it keeps the invariants of Transport; delays, reorders and cuts messages;
// and counts them.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/transport/memory_transport.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

namespace bask {
namespace {

Buffer parcel_of(std::uint32_t number) {
  Buffer bytes(sizeof number);
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

std::uint32_t number_in(const Parcel& parcel) {
  std::uint32_t number = 0;
  std::memcpy(&number, parcel.bytes.data(), sizeof number);
  return number;
}

Buffer pattern(std::size_t size, std::uint32_t seed) {
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256 + seed);
  return bytes;
}

/// Where bulk bytes go in these tests.
struct Landing {
  Buffer bytes;
  std::vector<std::size_t> pieces;
  bool is_done = false;

  BulkTarget target(std::size_t size) {
    bytes.reserve(size);
    return {.grow =
                [this](std::size_t piece) {
                  pieces.push_back(piece);
                  bytes.resize(bytes.size() + piece);
                  return bytes.data() + bytes.size() - piece;
                },
            .done = [this] { is_done = true; }};
  }
};

/// The message of the Error that `call` throws, or nothing.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.happened();
  }
  return "";
}

/// Takes all parcels at `to` that come within `calls` calls of receive().
std::vector<std::uint32_t> numbers_received(Transport& to, int calls) {
  std::vector<std::uint32_t> numbers;
  for (int call = 0; call < calls; ++call)
    if (const auto parcel = to.receive()) numbers.push_back(number_in(*parcel));
  return numbers;
}

TEST(MemoryTransport, DeliversAtOnceWhenNothingIsHeldBack) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  EXPECT_FALSE(one->receive());
  EXPECT_TRUE(zero->send(1, parcel_of(7)).empty());
  EXPECT_TRUE(zero->is_sending());
  const auto parcel = one->receive();
  ASSERT_TRUE(parcel);
  EXPECT_EQ(parcel->from, 0u);
  EXPECT_EQ(number_in(*parcel), 7u);
  EXPECT_FALSE(zero->is_sending());
  EXPECT_FALSE(one->receive());
}

TEST(MemoryTransport, HandsTheMemoryOfAReadParcelOut) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  Buffer parcel = parcel_of(1);
  parcel.reserve(Transport::kMostParcelBytes);
  zero->send(1, std::move(parcel));
  const auto* memory = one->receive()->bytes.data();
  one->receive();
  const Buffer next = one->send(0, parcel_of(2));
  EXPECT_TRUE(next.empty());
  EXPECT_EQ(next.data(), memory);
}

TEST(MemoryTransport, KeepsTheOrderOfAPairAndMixesPairs) {
  constexpr std::uint32_t kCount = 200;
  MemoryNetwork network({.ranks = 3, .seed = 5, .most_delay = 20});
  const auto zero = network.endpoint(0), one = network.endpoint(1), two = network.endpoint(2);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    zero->send(2, parcel_of(i));
    one->send(2, parcel_of(1000 + i));
  }
  const auto numbers = numbers_received(*two, 10 * kCount);
  ASSERT_EQ(numbers.size(), 2 * kCount);
  std::uint32_t next_of_zero = 0, next_of_one = 1000, changes = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto& next = numbers[i] < 1000 ? next_of_zero : next_of_one;
    EXPECT_EQ(numbers[i], next++);
    changes += i > 0 && (numbers[i] < 1000) != (numbers[i - 1] < 1000);
  }
  EXPECT_GT(changes, 50u);
}

TEST(MemoryTransport, HoldsAParcelBackForAtMostTheDelay) {
  constexpr int kDelay = 10;
  std::vector<int> calls_needed;
  MemoryNetwork network({.ranks = 2, .seed = 3, .most_delay = kDelay});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  for (std::uint32_t i = 0; i < 100; ++i) {
    zero->send(1, parcel_of(i));
    int calls = 1;
    while (!one->receive()) ++calls;
    calls_needed.push_back(calls);
  }
  const auto [least, most] = std::minmax_element(calls_needed.begin(), calls_needed.end());
  EXPECT_EQ(*least, 1);
  EXPECT_EQ(*most, kDelay + 1);
}

TEST(MemoryTransport, RepeatsItselfForASeed) {
  const auto order = [](std::uint64_t seed) {
    MemoryNetwork network({.ranks = 3, .seed = seed, .most_delay = 8});
    const auto zero = network.endpoint(0), one = network.endpoint(1), two = network.endpoint(2);
    for (std::uint32_t i = 0; i < 30; ++i) {
      zero->send(2, parcel_of(i));
      one->send(2, parcel_of(100 + i));
    }
    return numbers_received(*two, 500);
  };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
}

TEST(MemoryTransport, CopiesBulkBytesInPieces) {
  MemoryNetwork network({.ranks = 2, .piece_bytes = 100});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  const Buffer bytes = pattern(250, 1);
  Landing landing;
  bool is_sent = false;
  one->receive_bulk(0, 3, 250, landing.target(250));
  zero->send_bulk(1, 3, bytes, [&] { is_sent = true; });
  while (one->progress()) EXPECT_FALSE(is_sent);
  EXPECT_TRUE(landing.is_done);
  EXPECT_EQ(landing.bytes, bytes);
  EXPECT_EQ(landing.pieces, (std::vector<std::size_t>{100, 100, 50}));
  EXPECT_TRUE(zero->is_sending());
  EXPECT_TRUE(zero->progress());
  EXPECT_TRUE(is_sent);
  EXPECT_FALSE(zero->is_sending());
}

TEST(MemoryTransport, FinishesBulkTransfersInAnyOrder) {
  constexpr std::uint32_t kStreams = 20;
  MemoryNetwork network({.ranks = 2, .seed = 2, .most_delay = 10, .piece_bytes = 64});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  std::vector<Buffer> bytes;
  std::vector<Landing> landings(kStreams);
  std::vector<std::uint32_t> finished;
  for (std::uint32_t i = 0; i < kStreams; ++i) bytes.push_back(pattern(1 + 40 * i, i));
  for (std::uint32_t i = 0; i < kStreams; ++i) {
    zero->send_bulk(1, i, bytes[i], [] {});
    BulkTarget target = landings[i].target(bytes[i].size());
    target.done = [&finished, i] { finished.push_back(i); };
    one->receive_bulk(0, i, bytes[i].size(), std::move(target));
  }
  while (zero->is_sending()) {
    one->progress();
    zero->progress();
  }
  ASSERT_EQ(finished.size(), kStreams);
  EXPECT_FALSE(std::is_sorted(finished.begin(), finished.end()));
  for (std::uint32_t i = 0; i < kStreams; ++i) EXPECT_EQ(landings[i].bytes, bytes[i]);
}

TEST(MemoryTransport, LetsCallbacksStartTransfers) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  const Buffer bytes = pattern(10, 4);
  Landing first, second;
  BulkTarget target = first.target(10);
  target.done = [&] { one->receive_bulk(0, 0, 10, second.target(10)); };
  one->receive_bulk(0, 0, 10, std::move(target));
  zero->send_bulk(1, 0, bytes, [&] { zero->send_bulk(1, 0, bytes, [] {}); });
  for (int call = 0; call < 4; ++call) {
    one->progress();
    zero->progress();
  }
  EXPECT_TRUE(second.is_done);
  EXPECT_EQ(second.bytes, bytes);
}

TEST(MemoryTransport, DeliversNothingToOrFromACutRank) {
  MemoryNetwork network({.ranks = 3});
  const auto zero = network.endpoint(0), one = network.endpoint(1), two = network.endpoint(2);
  const Buffer bytes = pattern(10, 0);
  Landing landing;
  zero->send(1, parcel_of(1));
  zero->send_bulk(1, 0, bytes, [] {});
  one->receive_bulk(0, 0, 10, landing.target(10));
  network.disconnect(1);
  one->send(0, parcel_of(2));
  zero->send(2, parcel_of(3));
  EXPECT_FALSE(one->progress());
  EXPECT_FALSE(one->receive());
  EXPECT_FALSE(zero->receive());
  EXPECT_FALSE(landing.is_done);
  EXPECT_EQ(numbers_received(*two, 3), std::vector<std::uint32_t>{3});
}

TEST(MemoryTransport, CountsWhatIsSent) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  const Buffer bytes = pattern(1000, 0);
  zero->send(1, Buffer(10));
  zero->send(1, Buffer(20));
  one->send_bulk(0, 0, bytes, [] {});
  EXPECT_EQ(network.traffic(0, 1).parcels, 2u);
  EXPECT_EQ(network.traffic(0, 1).parcel_bytes, 30u);
  EXPECT_EQ(network.traffic(0, 1).bulk_transfers, 0u);
  EXPECT_EQ(network.traffic(1, 0).bulk_transfers, 1u);
  EXPECT_EQ(network.traffic(1, 0).bulk_bytes, 1000u);
}

TEST(MemoryTransport, EndsAllRanksOnAbort) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  EXPECT_FALSE(network.aborted());
  EXPECT_THROW(one->abort(3), MemoryAbort);
  EXPECT_EQ(network.aborted(), 3);
  EXPECT_THROW(zero->receive(), MemoryAbort);
  EXPECT_THROW(zero->progress(), MemoryAbort);
  EXPECT_THROW(zero->send(1, Buffer(1)), MemoryAbort);
}

TEST(MemoryTransport, RefusesWhatATransportMayNotBeAsked) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  const Buffer bytes(10);
  EXPECT_EQ(refusal([&] { zero->send(0, Buffer(1)); }), "rank 0 of 2 has nothing to do with rank 0");
  EXPECT_EQ(refusal([&] { zero->send(1, {}); }), "a parcel of 0 bytes is sent, and 1 to 16384 are allowed");
  EXPECT_EQ(refusal([&] { zero->send_bulk(1, 0, {}, [] {}); }),
            "no bytes go through stream 0 from rank 0 to rank 1");
  zero->send_bulk(1, 0, bytes, [] {});
  EXPECT_EQ(refusal([&] { zero->send_bulk(1, 0, bytes, [] {}); }),
            "stream 0 from rank 0 to rank 1 is sent on while it is in use");
  EXPECT_EQ(refusal([&] { one->receive_bulk(0, 0, 9, {}); }),
            "10 bytes are sent and 9 expected through stream 0 from rank 0 to rank 1");
  EXPECT_EQ(refusal([&] { network.endpoint(1); }), "rank 1 has an endpoint already");
  EXPECT_EQ(refusal([&] { network.endpoint(2); }), "rank 2 does not exist in a network of 2");
}

/// One rank's part in the test below: sends parcels and bulk bytes to every other rank,
/// and receives as much from each.
void exchange(MemoryNetwork& network, std::uint32_t rank, std::uint32_t parcels, std::size_t bulk_bytes) {
  const auto here = network.endpoint(rank);
  const Buffer mine = pattern(bulk_bytes, rank);
  std::vector<Landing> landings(here->size());
  for (std::uint32_t other = 0; other < here->size(); ++other) {
    if (other == rank) continue;
    here->send_bulk(other, 0, mine, [] {});
    here->receive_bulk(other, 0, bulk_bytes, landings[other].target(bulk_bytes));
  }
  std::vector<std::uint32_t> next(here->size());
  std::uint32_t sent = 0, received = 0;
  const std::uint32_t expected = parcels * (here->size() - 1);
  const auto has_landed = [&] {
    return std::count_if(landings.begin(), landings.end(), [](const auto& l) { return l.is_done; }) + 1 ==
           here->size();
  };
  while (received < expected || sent < parcels || here->is_sending() || !has_landed()) {
    for (std::uint32_t other = 0; sent < parcels && other < here->size(); ++other)
      if (other != rank) here->send(other, parcel_of(sent));
    sent += sent < parcels;
    if (const auto parcel = here->receive()) {
      EXPECT_EQ(number_in(*parcel), next[parcel->from]++);
      ++received;
    }
    here->progress();
  }
  for (std::uint32_t other = 0; other < here->size(); ++other)
    if (other != rank) {
      EXPECT_EQ(landings[other].bytes, pattern(bulk_bytes, other));
    }
}

TEST(MemoryTransport, ServesEndpointsInThreadsOfTheirOwn) {
  MemoryNetwork network({.ranks = 4, .seed = 9, .most_delay = 5, .piece_bytes = 1000});
  std::vector<std::thread> threads;
  for (std::uint32_t rank = 0; rank < 4; ++rank)
    threads.emplace_back([&network, rank] { exchange(network, rank, 500, 10'000); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(network.traffic(3, 0).parcels, 500u);
}

}  // namespace
}  // namespace bask
