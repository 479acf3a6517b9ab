// switchboard.hpp: hands each message that has arrived to the part of the node that handles it.
// Runs on: every rank. Threads: whichever makes progress; it holds the exchange's lock.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/news.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bask {

class Coordinator;
class Farewell;
class Heartbeats;
class RankCalls;
class StopSignals;
class Worker;

/// Is given what a rank's threads have done.
using OnEvents = std::function<void(std::uint32_t from, RankReport report)>;

class Switchboard final : public MessageHandler {
 public:
  /// Of one rank.
  struct Parts {
    Exchange& exchange;
    Worker& worker;
    Coordinator* coordinator;  ///< null: not rank 0
    Heartbeats& heartbeats;
    Farewell& farewell;
    RankCalls& calls;
    StopSignals& signals;
    const OnEvents& on_events;  ///< empty: not rank 0, or nobody looks
    const std::vector<std::string>& hosts;
  };
  /// To be called before progress is made for the first time.
  /// All parts must live as long as progress is made.
  void connect(const Parts& parts) { parts_.emplace(parts); }

  /// Wakes the serving or computing thread from its nap when an important message has come.
  News& news() { return news_; }

 private:
  void on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                  std::span<const std::byte> body) override;
  void on_value(std::uint32_t from, MessageKind kind, std::uint32_t run, std::uint32_t position,
                Value value) override;
  void on_settled(unsigned thread) override;
  [[noreturn]] void on_broken(const std::string& cause) override;
  void hand_over(std::uint32_t from, MessageKind kind, std::uint32_t run, std::span<const std::byte> body);

  std::optional<Parts> parts_;
  News news_;
};

}  // namespace bask
