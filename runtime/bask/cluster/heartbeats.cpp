#include <bask/cluster/heartbeats.hpp>

#include <algorithm>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kInterval{1000}, kShortestInterval{10}, kIntervalAtEnd{100};

std::chrono::nanoseconds interval_for(std::chrono::nanoseconds silence_limit) {
  if (silence_limit.count() == 0) return kInterval;
  return std::clamp<std::chrono::nanoseconds>(silence_limit / 4, kShortestInterval, kInterval);
}

}  // namespace

Heartbeats::Heartbeats(Exchange& exchange, std::chrono::nanoseconds silence_limit, Clock::time_point now)
    : exchange_(exchange),
      interval_(interval_for(silence_limit)),
      silence_(exchange.size(), silence_limit),
      is_partner_(exchange.size(), exchange.rank() == 0),
      is_excused_(exchange.size()) {
  is_partner_[0] = exchange.rank() != 0;
  for (std::uint32_t other = 0; other < is_partner_.size(); ++other) {
    if (is_partner_[other]) silence_.expect(other, now);
  }
}

std::optional<std::uint32_t> Heartbeats::beat(Clock::time_point now, bool is_ending) {
  const auto interval = is_ending ? std::min<std::chrono::nanoseconds>(kIntervalAtEnd, interval_) : interval_;
  if (now - last_beat_ < interval) return std::nullopt;
  const bool overslept = last_beat_ != Clock::time_point{} && now - last_beat_ > 3 * interval_;
  last_beat_ = now;
  for (std::uint32_t other = 0; other < is_partner_.size(); ++other) {
    if (!is_partner_[other]) continue;
    if (!is_hushed_) exchange_.post(other, MessageKind::kHeartbeat, 0);
    if (is_excused_[other]) continue;
    silence_.note(other, exchange_.parcels_from(other), now);
    if (overslept) silence_.expect(other, now);  // its messages may have come, and not been read yet
  }
  return silence_.silent(now);
}

void Heartbeats::excuse(std::uint32_t rank) {
  is_excused_[rank] = true;
  silence_.excuse(rank, exchange_.parcels_from(rank));
}

}  // namespace bask
