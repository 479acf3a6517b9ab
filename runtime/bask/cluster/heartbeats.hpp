// heartbeats.hpp: sends the messages by which others know that this rank is alive, and finds ranks that have
// been silent for too long.
// Runs on: every rank: rank 0 talks with all, the others with rank 0. Threads: any; the caller holds the
// exchange's lock.
#pragma once

#include <bask/cluster/clock_offset.hpp>
#include <bask/cluster/exchange.hpp>
#include <bask/cluster/silence.hpp>
#include <bask/events/event_log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace bask {

class Heartbeats {
 public:
  using Clock = std::chrono::steady_clock;

  /// The silence of other ranks counts from `now` on. `silence_limit` 0: they may be silent for ever. The
  /// exchange must outlive this. `events`, unless it is null, is set to rank 0's clock.
  Heartbeats(Exchange& exchange, std::chrono::nanoseconds silence_limit, std::shared_ptr<EventLog> events,
             Clock::time_point now);

  /// Posts heartbeats when it is time for them; with `is_ending` more often, as other ranks may wait for a
  /// sign. Returns a rank that was silent for longer than the limit, if there is one.
  std::optional<std::uint32_t> beat(Clock::time_point now, bool is_ending);
  /// A heartbeat has come.
  void heard(std::uint32_t rank, std::span<const std::byte> body);
  /// `rank` has said goodbye: nothing is expected of it any more. It still listens to this rank.
  void excuse(std::uint32_t rank);
  /// This rank has said goodbye: it posts no more heartbeats, but goes on watching for silent ranks.
  void hush() { is_hushed_ = true; }

  // Any thread, without the lock.
  /// Time between heartbeats. Several fit into the limit, as one may be late.
  std::chrono::nanoseconds interval() const { return interval_; }
  std::chrono::nanoseconds limit() const { return silence_.limit(); }

 private:
  struct Heard {
    std::int64_t sent_ns = 0;  // on the other rank's clock
    std::int64_t at_ns = 0;    // on this rank's
  };
  void post(std::uint32_t to);

  Exchange& exchange_;
  const std::shared_ptr<EventLog> events_;
  ClockOffset offset_;
  std::vector<Heard> heard_;  // by rank; empty where nobody looks at events
  const std::chrono::nanoseconds interval_;
  Silence silence_;
  std::vector<bool> is_partner_, is_excused_;  // whom this rank talks with; from whom it expects nothing
  bool is_hushed_ = false;
  Clock::time_point last_beat_{};
};

}  // namespace bask
