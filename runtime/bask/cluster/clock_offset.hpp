// clock_offset.hpp: how far the clock of this rank is from rank 0's, told by the times in heartbeats, as NTP
// does: of all exchanges the one that took the least time tells most exactly.
// Runs on: every rank but rank 0. Threads: any, one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>

namespace bask {

/// The body of a heartbeat. Times are nanoseconds on a steady clock; 0: not known.
struct Heartbeat {
  std::int64_t sent_ns = 0;       ///< on the sender's clock
  std::int64_t echo_ns = 0;       ///< when the receiver had sent its last heartbeat, on its clock
  std::int64_t echo_age_ns = 0;   ///< how long the sender has had that
  std::int64_t job_start_ns = 0;  ///< on the sender's clock
  auto members() { return std::tie(sent_ns, echo_ns, echo_age_ns, job_start_ns); }
};

class ClockOffset {
 public:
  /// A heartbeat of rank 0 has come. Returns how much this rank's clock is ahead, where that is known better
  /// now.
  std::optional<std::int64_t> heard(const Heartbeat& beat, std::int64_t now_ns) {
    if (beat.echo_ns == 0) return std::nullopt;
    const std::int64_t round_trip_ns = now_ns - beat.echo_ns - beat.echo_age_ns;
    least_ns_ += least_ns_ / kAging;  // clocks drift
    if (round_trip_ns < 0 || round_trip_ns > least_ns_) return std::nullopt;
    least_ns_ = round_trip_ns;
    return now_ns - round_trip_ns / 2 - beat.sent_ns;
  }
  /// The offset is exact to this.
  std::int64_t error_ns() const { return least_ns_ / 2; }

 private:
  static constexpr std::int64_t kAging = 100, kLongest = 1'000'000'000'000;
  std::int64_t least_ns_ = kLongest;
};

}  // namespace bask
