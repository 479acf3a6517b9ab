#include <bask/cluster/heartbeats.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kInterval{1000}, kShortestInterval{10}, kIntervalAtEnd{100};

std::chrono::nanoseconds interval_for(std::chrono::nanoseconds silence_limit) {
  if (silence_limit.count() == 0) return kInterval;
  return std::clamp<std::chrono::nanoseconds>(silence_limit / 4, kShortestInterval, kInterval);
}

}  // namespace

Heartbeats::Heartbeats(Exchange& exchange, std::chrono::nanoseconds silence_limit,
                       std::shared_ptr<EventLog> events, Clock::time_point now)
    : exchange_(exchange),
      events_(std::move(events)),
      heard_(events_ == nullptr ? 0 : exchange.size()),
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
    if (!is_hushed_) post(other);
    if (is_excused_[other]) continue;
    silence_.note(other, exchange_.parcels_from(other), now);
    if (overslept) silence_.expect(other, now);  // its messages may have come, and not been read yet
  }
  return silence_.silent(now);
}

void Heartbeats::post(std::uint32_t to) {
  if (events_ == nullptr) return exchange_.post(to, MessageKind::kHeartbeat, 0);
  const Heard& heard = heard_[to];
  const std::int64_t now_ns = steady_ns();
  exchange_.post_message(to, MessageKind::kHeartbeat, 0,
                         Heartbeat{.sent_ns = now_ns,
                                   .echo_ns = heard.sent_ns,
                                   .echo_age_ns = now_ns - heard.at_ns,
                                   .job_start_ns = events_->job_start_ns()});
}

void Heartbeats::heard(std::uint32_t rank, std::span<const std::byte> body) {
  if (events_ == nullptr || body.empty()) return;
  const auto beat = decode_message<Heartbeat>(body);
  const std::int64_t now_ns = steady_ns();
  heard_[rank] = {beat.sent_ns, now_ns};
  if (rank != 0 || exchange_.rank() == 0) return;
  if (const std::optional<std::int64_t> offset_ns = offset_.heard(beat, now_ns))
    events_->set_clock(beat.job_start_ns + *offset_ns, offset_.error_ns());
}

void Heartbeats::excuse(std::uint32_t rank) {
  is_excused_[rank] = true;
  silence_.excuse(rank, exchange_.parcels_from(rank));
}

}  // namespace bask
