// listening_ranks.hpp: the exchanges of several ranks in one process,
// and the messages that each receives, for tests.
#pragma once

#include <gtest/gtest.h>
#include <bask/cluster/exchange.hpp>
#include <bask/transport/memory_transport.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bask {

struct Said {
  std::uint32_t from;
  MessageKind kind;
  std::uint32_t run;
  Buffer body;
};

template <class Message>
Message decoded(const Said& said) {
  return decode_message<Message>(said.body);
}

/// Keeps the messages that one rank receives, or hands them on.
class Listener final : public MessageHandler {
 public:
  void on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                  std::span<const std::byte> body) override {
    said.push_back({from, kind, run, Buffer(body.begin(), body.end())});
    if (then) then(said.back());
  }
  void on_value(std::uint32_t, MessageKind, std::uint32_t, std::uint32_t, Value) override { ADD_FAILURE(); }
  void on_broken(const std::string& cause) override { throw std::runtime_error(cause); }
  void on_settled(unsigned thread) override {
    if (settled) settled(thread);
  }

  std::vector<Said> said;
  std::function<void(const Said&)> then;
  std::function<void(unsigned thread)> settled;
};

class ListeningRanks {
 public:
  explicit ListeningRanks(const MemoryNetworkOptions& options) : network_(options) {
    for (std::uint32_t rank = 0; rank < options.ranks; ++rank) {
      listeners_.push_back(std::make_unique<Listener>());
      transports_.push_back(network_.endpoint(rank));
      exchanges_.push_back(std::make_unique<Exchange>(*transports_[rank], *listeners_[rank]));
    }
  }
  Exchange& operator[](std::uint32_t rank) { return *exchanges_[rank]; }
  Listener& listener(std::uint32_t rank) { return *listeners_[rank]; }
  /// Some rounds of progress on all ranks.
  void settle(int rounds = 5) {
    for (int round = 0; round < rounds; ++round) {
      for (const auto& exchange : exchanges_) exchange->progress(0);
    }
  }
  /// The messages that `rank` has received since the last call.
  std::vector<Said> said_to(std::uint32_t rank) {
    settle();
    return std::exchange(listeners_[rank]->said, {});
  }
  std::vector<MessageKind> heard(std::uint32_t rank) {
    std::vector<MessageKind> kinds;
    for (const Said& said : said_to(rank)) kinds.push_back(said.kind);
    return kinds;
  }

 private:
  MemoryNetwork network_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Transport>> transports_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
};

}  // namespace bask
