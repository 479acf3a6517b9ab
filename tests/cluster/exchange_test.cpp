// The exchange over a network that delays and reorders: each message arrives once and whole, and small ones
// arrive in order, whichever thread posts them and however large they are.
#include <gtest/gtest.h>
#include <bask/cluster/exchange.hpp>
#include <bask/core/error.hpp>
#include <bask/transport/memory_transport.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <thread>

namespace bask::exchange_test {

struct Arrived {
  std::uint32_t from;
  MessageKind kind;
  std::uint32_t run;
  Buffer body;
};

class Recorder final : public MessageHandler {
 public:
  void on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                  std::span<const std::byte> body) override {
    const Once once(*this);
    messages.push_back({from, kind, run, Buffer(body.begin(), body.end())});
  }
  void on_value(std::uint32_t, MessageKind kind, std::uint32_t, std::uint32_t position,
                Value value) override {
    const Once once(*this);
    EXPECT_TRUE(kind == MessageKind::kResult || kind == MessageKind::kStolenResult);
    values.emplace(position, std::move(value));
  }
  void on_broken(const std::string& cause) override { throw std::runtime_error(cause); }
  void on_settled(unsigned) override { const Once once(*this); }

  std::vector<Arrived> messages;
  std::map<std::uint32_t, Value> values;  // by position
  bool was_called_concurrently = false;

 private:
  struct Once {  // notes calls that run at the same time
    explicit Once(Recorder& r) : recorder(r) {
      if (++recorder.calls_ != 1) recorder.was_called_concurrently = true;
    }
    ~Once() { --recorder.calls_; }
    Recorder& recorder;
  };
  std::atomic<int> calls_{0};
};

// Checks what an endpoint sends: how large a parcel may be.
class CheckedTransport final : public Transport {
 public:
  explicit CheckedTransport(std::unique_ptr<Transport> to) : to_(std::move(to)) {}
  std::uint32_t rank() const override { return to_->rank(); }
  std::uint32_t size() const override { return to_->size(); }
  Buffer send(std::uint32_t to, Buffer parcel) override {
    ++parcels;
    EXPECT_GT(parcel.size(), 0u);
    EXPECT_LE(parcel.size(), kMostParcelBytes);
    return to_->send(to, std::move(parcel));
  }
  std::optional<Parcel> receive() override { return to_->receive(); }
  void send_bulk(std::uint32_t to, std::uint32_t stream, std::span<const std::byte> bytes,
                 std::function<void()> sent) override {
    ++bulk;
    to_->send_bulk(to, stream, bytes, std::move(sent));
  }
  void receive_bulk(std::uint32_t from, std::uint32_t stream, std::size_t size, BulkTarget target) override {
    to_->receive_bulk(from, stream, size, std::move(target));
  }
  bool progress() override { return to_->progress(); }
  bool is_sending() const override { return to_->is_sending(); }
  [[noreturn]] void abort(int exit_code) override {
    to_->abort(exit_code);
    std::terminate();
  }

  int parcels = 0, bulk = 0;

 private:
  std::unique_ptr<Transport> to_;
};

bool is_quiet(Exchange& exchange) {
  return exchange.locked([&] { return exchange.is_quiet(); });
}

ExchangeTraffic traffic_of(Exchange& exchange) {
  return exchange.locked([&] { return exchange.traffic(); });
}

// Ranks that one thread drives.
struct Ranks {
  explicit Ranks(std::uint32_t ranks, std::uint32_t delay = 0, std::uint64_t seed = 1)
      : network({.ranks = ranks, .seed = seed, .most_delay = delay, .piece_bytes = 3000}) {
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      transports.push_back(std::make_unique<CheckedTransport>(network.endpoint(rank)));
      recorders.push_back(std::make_unique<Recorder>());
      exchanges.push_back(std::make_unique<Exchange>(*transports[rank], *recorders[rank]));
    }
  }
  bool is_quiet() const {
    return std::all_of(exchanges.begin(), exchanges.end(),
                       [](const auto& exchange) { return exchange_test::is_quiet(*exchange); });
  }
  void settle() {
    for (int round = 0; round < 100'000 && !is_quiet(); ++round) {
      for (const auto& exchange : exchanges) exchange->progress(0);
    }
    ASSERT_TRUE(is_quiet());
  }
  Exchange& operator[](std::uint32_t rank) { return *exchanges[rank]; }

  MemoryNetwork network;
  std::vector<std::unique_ptr<CheckedTransport>> transports;
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<Exchange>> exchanges;
};

Buffer body_of(std::uint32_t number, std::size_t size) {
  Buffer body(size);
  for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::byte>(number * 7 + i * 13 + i / 251);
  return body;
}

TEST(Exchange, KeepsTheOrderOfSmallMessagesForEachPairOfRanks) {
  for (const std::uint32_t delay : {0u, 5u, 50u}) {
    Ranks ranks(3, delay);
    for (std::uint32_t number = 0; number < 3000; ++number) {
      const Buffer body = body_of(number, number % 40);
      ranks[number % 3].post((number / 3) % 3, MessageKind::kResult, number, body);
      if (number % 100 == 0) ranks[number % 2].progress(0);
    }
    ranks.settle();
    std::size_t arrived = 0;
    for (const auto& recorder : ranks.recorders) {
      std::map<std::uint32_t, std::uint32_t> newest;  // by sender
      for (const Arrived& message : recorder->messages) {
        EXPECT_EQ(message.body, body_of(message.run, message.run % 40));
        EXPECT_TRUE(!newest.contains(message.from) || newest[message.from] < message.run);
        newest[message.from] = message.run;
      }
      arrived += recorder->messages.size();
    }
    EXPECT_EQ(arrived, 3000u);
  }
}

TEST(Exchange, DeliversBodiesOfEverySizeOnce) {
  constexpr std::size_t kParcel = Transport::kMostParcelBytes;
  const std::vector<std::size_t> sizes{
      0, 1, 12, 8191, 8192, 8193, kParcel - 13, kParcel - 12, kParcel, 100'001, 5'000'000};
  Ranks ranks(2, 7);
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    ranks[0].post(1, MessageKind::kPart, i, body_of(i, sizes[i]));
    ranks[0].post_buffer(1, MessageKind::kPart, 100 + i, body_of(i, sizes[i]));
  }
  ranks.settle();
  std::map<std::uint32_t, const Arrived*> by_run;
  for (const Arrived& message : ranks.recorders[1]->messages) by_run[message.run] = &message;
  EXPECT_EQ(ranks.recorders[1]->messages.size(), 2 * sizes.size());
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    EXPECT_TRUE(by_run.at(i)->body == body_of(i, sizes[i])) << sizes[i] << " bytes";
    EXPECT_TRUE(by_run.at(100 + i)->body == body_of(i, sizes[i])) << sizes[i] << " bytes";
    EXPECT_EQ(by_run.at(i)->kind, MessageKind::kPart);
  }
  EXPECT_EQ(ranks[0].bulk_bytes_posted(), 0u);
}

TEST(Exchange, GathersSmallMessagesForOneRankInFewParcels) {
  Ranks ranks(2);
  for (std::uint32_t i = 0; i < 1000; ++i) ranks[0].post(1, MessageKind::kResult, i, body_of(i, 20));
  ranks.settle();
  EXPECT_EQ(ranks.recorders[1]->messages.size(), 1000u);
  EXPECT_LE(ranks.transports[0]->parcels, 3);
}

TEST(Exchange, SendsSmallResultsInParcels) {
  Ranks ranks(2, 3);
  Value value;
  value.emplace<std::string>("short");
  for (const std::uint32_t to : {0u, 1u}) {
    EXPECT_TRUE(ranks[0].post_result({to, 5}, MessageKind::kResult, 3, value));
  }
  ranks.settle();
  for (const auto& recorder : ranks.recorders) {
    ASSERT_EQ(recorder->messages.size(), 1u);
    ByteReader reader(recorder->messages[0].body);
    const auto head = reader.read_raw<ResultHead>();
    EXPECT_EQ(head.position, 5u);
    EXPECT_EQ(TypeRegistry::instance()[head.type].decode(reader).get<std::string>(), "short");
  }
  EXPECT_EQ(ranks.transports[0]->bulk, 0);
}

TEST(Exchange, SendsLargeEncodedResultsAsBulk) {
  Ranks ranks(3, 3);
  const std::vector<std::string> texts(5000, "a text of some length that is not inside of its string");
  Value value;
  value.emplace<std::vector<std::string>>(texts);
  EXPECT_TRUE(ranks[0].post_result({1, 5}, MessageKind::kResult, 3, value));
  value.reset();  // it was copied
  ranks.settle();
  ASSERT_EQ(ranks.recorders[1]->messages.size(), 1u);
  ByteReader reader(ranks.recorders[1]->messages[0].body);
  const auto head = reader.read_raw<ResultHead>();
  EXPECT_TRUE(TypeRegistry::instance()[head.type].decode(reader).get<std::vector<std::string>>() == texts);
  EXPECT_EQ(ranks.transports[0]->bulk, 1);
}

TEST(Exchange, SendsALargeContiguousResultFromWhereItIsAndTellsOnceThatItHasGone) {
  for (const std::size_t size : {1025u, 10'000u, 500'000u}) {
    Ranks ranks(3, 9);
    std::vector<double> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<double>(i) / 3;
    Value value;
    value.emplace<std::vector<double>>(numbers);
    int sent = 0;
    for (const std::uint32_t to : {1u, 2u}) {
      ASSERT_FALSE(ranks[0].post_result({to, 5}, MessageKind::kStolenResult, 3, value));
      ranks[0].post_large_result({to, 5}, MessageKind::kStolenResult, 3, value, [&] { ++sent; });
    }
    EXPECT_EQ(ranks[0].bulk_bytes_posted(), 2 * 8 * size);
    EXPECT_EQ(sent, 0);
    ranks.settle();
    EXPECT_EQ(sent, 2);
    EXPECT_EQ(ranks[0].bulk_bytes_posted(), 0u);
    for (const std::uint32_t to : {1u, 2u}) {
      ASSERT_EQ(ranks.recorders[to]->values.size(), 1u);
      EXPECT_TRUE(ranks.recorders[to]->values.at(5).get<std::vector<double>>() == numbers);
    }
  }
}

TEST(Exchange, IsNotQuietWhileAnythingIsOnItsWay) {
  Ranks ranks(2);
  EXPECT_TRUE(ranks.is_quiet());
  ranks[0].post(1, MessageKind::kHeartbeat, 0);
  EXPECT_FALSE(is_quiet(ranks[0]));
  ranks.settle();
  ranks[0].post_buffer(1, MessageKind::kPart, 1, body_of(1, 20'000));
  EXPECT_FALSE(is_quiet(ranks[0]));
  ranks[0].progress(0);
  EXPECT_FALSE(is_quiet(ranks[0]));
  ranks[1].progress(0);
  EXPECT_FALSE(is_quiet(ranks[1])) << "the bulk has been told of and is not there";
  ranks.settle();
}

TEST(Exchange, DeliversSmallMessagesToItselfWithoutTheTransport) {
  Ranks ranks(2);
  ranks[0].post(0, MessageKind::kCancel, 7);
  ranks[0].post_message(0, MessageKind::kDrop, 8, Drop{{1, 2}});
  ranks[0].progress(0);
  ASSERT_EQ(ranks.recorders[0]->messages.size(), 2u);
  EXPECT_EQ(ranks.recorders[0]->messages[0].from, 0u);
  EXPECT_EQ(ranks.recorders[0]->messages[1].run, 8u);
  EXPECT_EQ(ranks.transports[0]->parcels, 0);
}

TEST(Exchange, DeliversLargeMessagesToItselfWithoutTheTransport) {
  Ranks ranks(2);
  ranks[0].post(0, MessageKind::kProgress, 1, body_of(1, 10));
  ranks[0].post(0, MessageKind::kProgress, 2, body_of(2, 50'000));
  ranks[0].post_buffer(0, MessageKind::kProgress, 3, body_of(3, 9'000));
  ranks.settle();
  const std::vector<Arrived>& messages = ranks.recorders[0]->messages;
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_TRUE(messages[1].body == body_of(2, 50'000));
  EXPECT_TRUE(messages[2].body == body_of(3, 9'000));
  EXPECT_EQ(ranks.transports[0]->parcels + ranks.transports[0]->bulk, 0);
}

TEST(Exchange, DeliversLargeResultsToItselfWithoutTheTransport) {  // such as that of a unit stolen back
  Ranks ranks(2);
  Value value;
  value.emplace<std::vector<double>>(5000, 1.5);
  EXPECT_TRUE(ranks[0].post_result({0, 4}, MessageKind::kStolenResult, 1, value));
  ranks.settle();
  const std::vector<Arrived>& messages = ranks.recorders[0]->messages;
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].kind, MessageKind::kStolenResult);
  EXPECT_GT(messages[0].body.size(), 5000 * sizeof(double));
  EXPECT_EQ(ranks.transports[0]->parcels + ranks.transports[0]->bulk, 0);
}

TEST(Exchange, KeepsTheOrderOfItsOwnMessagesHoweverLarge) {
  Ranks ranks(1);
  const auto size_of = [](std::uint32_t number) { return number % 3 == 0 ? 20'000 + number : number; };
  for (std::uint32_t number = 0; number < 100; ++number) {
    ranks[0].post(0, MessageKind::kPart, number, body_of(number, size_of(number)));
  }
  ranks.settle();
  const std::vector<Arrived>& messages = ranks.recorders[0]->messages;
  ASSERT_EQ(messages.size(), 100u);
  for (std::uint32_t number = 0; number < 100; ++number) {
    EXPECT_EQ(messages[number].run, number);
    EXPECT_EQ(messages[number].body, body_of(number, size_of(number)));
  }
}

TEST(Exchange, SendsWhatAnotherThreadCouldNotFlushWhenTheLockIsLetGo) {
  Ranks ranks(2);
  ranks[0].locked([&] {
    std::thread other([&] {
      ranks[0].post(1, MessageKind::kResult, 1);
      ranks[0].try_flush();
    });
    other.join();
  });
  ranks[1].progress(0);
  EXPECT_EQ(ranks.recorders[1]->messages.size(), 1u);
}

TEST(Exchange, CountsWhatComesFromWhom) {
  Ranks ranks(3);
  ranks[1].post(0, MessageKind::kHeartbeat, 0);
  ranks.settle();
  EXPECT_EQ(ranks[0].locked([&] { return ranks[0].parcels_from(1); }), 1u);
  EXPECT_EQ(ranks[0].locked([&] { return ranks[0].parcels_from(2); }), 0u);
  EXPECT_EQ(traffic_of(ranks[0]).parcels_in, 1u);
  EXPECT_EQ(traffic_of(ranks[1]).parcels_out, 1u);
  EXPECT_EQ(traffic_of(ranks[1]).bytes_out, sizeof(MessageHead));
}

TEST(Exchange, RefusesAParcelThatEndsWithinAMessage) {
  MemoryNetwork network({.ranks = 2});
  const auto zero = network.endpoint(0), one = network.endpoint(1);
  Recorder recorder;
  Exchange exchange(*one, recorder);
  zero->send(1, Buffer(5));
  EXPECT_THROW(exchange.progress(0), std::runtime_error);
}

TEST(Exchange, TakesPostsFromManyThreadsAndCallsItsHandlerOneAtATime) {
  constexpr std::uint32_t kThreads = 4, kMessages = 500;
  Ranks ranks(2, 2);
  std::atomic<std::uint32_t> sent{0}, finished{0};
  std::vector<Value> large(kThreads);
  for (Value& value : large) value.emplace<std::vector<int>>(5000, 1);
  const auto post_all = [&](std::uint32_t thread) {
    for (std::uint32_t i = 0; i < kMessages; ++i) {
      const std::uint32_t number = thread * kMessages + i;
      ranks[0].post(1, MessageKind::kResult, number, body_of(number, i % 50 == 0 ? 20'000 : i % 100));
      if (i % 100 == 0) {
        ranks[0].post_large_result({1, number}, MessageKind::kResult, 0, large[thread], [&] { ++sent; });
      }
      if (i % 7 == 0) ranks[0].try_flush();
      if (i % 11 == 0) ranks[i % 2].try_progress(thread);
    }
    ++finished;
  };
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(post_all, thread);
  while (finished < kThreads) {
    ranks[1].progress(0);
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  ranks.settle();
  const Recorder& recorder = *ranks.recorders[1];
  EXPECT_FALSE(recorder.was_called_concurrently);
  EXPECT_EQ(recorder.messages.size(), kThreads * kMessages);
  EXPECT_EQ(recorder.values.size(), kThreads * 5);
  EXPECT_EQ(sent, kThreads * 5);
  std::map<std::uint32_t, std::uint32_t> newest;  // by posting thread
  for (const Arrived& message : recorder.messages) {
    const std::uint32_t thread = message.run / kMessages, i = message.run % kMessages;
    EXPECT_TRUE(message.body == body_of(message.run, i % 50 == 0 ? 20'000 : i % 100));
    if (i % 50 == 0) continue;
    EXPECT_TRUE(!newest.contains(thread) || newest[thread] < i);
    newest[thread] = i;
  }
}

}  // namespace bask::exchange_test
