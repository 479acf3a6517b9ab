#include <bask/execution/peer_traffic.hpp>

namespace bask {

// Results for other ranks leave together, if the next unit also makes one, and is expected to end soon.
void PeerTraffic::flush_before(std::optional<std::uint32_t> next, unsigned thread) {
  constexpr std::chrono::nanoseconds kSoon{3'000};
  constexpr std::uint32_t kMostWaiting = 8;
  Thread& me = threads_[thread];
  const bool more = next && !plan_->exports_of(*next).empty() && me.results_unsent < kMostWaiting &&
                    clock_.mean(thread) < kSoon;
  if (more) return;
  me.results_unsent = 0;
  if (EventLane* const lane = lanes_.of(thread)) lane->pause();
  outlet_->flush();
}

}  // namespace bask
