// stop_signals.hpp: what a rank does after a signal: it asks rank 0 to stop in order, and ends itself when it
// hears nothing more from rank 0.
// Runs on: every rank: rank 0 is asked, the others look(). Threads: look(): the serving thread, or the pulse
// thread while the serving one is in the user's function; the rest any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace bask {

class StopSignals {
 public:
  using Clock = std::chrono::steady_clock;

  /// `may_stop`: finished results are kept, so that a stop loses nothing.
  /// Without, only SIGUSR1 asks for a stop.
  explicit StopSignals(bool may_stop) : may_stop_(may_stop) {}

  /// What a rank other than 0 has noticed.
  struct Seen {
    int received = 0;                  ///< SIGINT or SIGTERM; 0: none
    int notice = 0;                    ///< SIGUSR1; 0: none
    std::uint64_t parcels_from_0 = 0;  ///< in all; read only where `received` is not 0
  };
  /// What follows; 0: nothing.
  struct Advice {
    int tell = 0;    ///< ask rank 0 for a stop, because of this signal
    int die_of = 0;  ///< raise this signal: rank 0 was sent it, too, and says nothing any more
  };
  Advice look(const Seen& seen, Clock::time_point now) {
    Advice advice;
    if (seen.received != 0 && is_forsaken(seen.parcels_from_0, now)) advice.die_of = seen.received;
    const int signal = seen.notice != 0 ? seen.notice : may_stop_ ? seen.received : 0;
    if (signal != 0 && !std::exchange(has_told_, true)) advice.tell = signal;
    return advice;
  }

  /// Rank 0: another rank asks for a stop because of this signal.
  void on_asked(int signal) { asked_ = signal; }
  /// Rank 0: the signal by which another rank was asked to stop; 0: none.
  int asked() const { return asked_.load(); }

 private:
  static constexpr std::chrono::milliseconds kPatience{2500};  // for a rank 0 that says nothing

  bool is_forsaken(std::uint64_t parcels, Clock::time_point now) {
    if (parcels != parcels_ || heard_at_ == Clock::time_point{}) {
      parcels_ = parcels;
      heard_at_ = now;
    }
    return now - heard_at_ >= kPatience;
  }

  const bool may_stop_;
  bool has_told_ = false;
  std::uint64_t parcels_ = 0;
  Clock::time_point heard_at_{};
  std::atomic<int> asked_{0};
};

}  // namespace bask
