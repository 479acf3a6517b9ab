#include <bask/cluster/balancer.hpp>

#include <algorithm>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kFirstPause{2}, kLongestPause{100};

}  // namespace

void Balancer::begin(std::vector<std::uint32_t> units) {
  ranks_.assign(units.size(), {});
  for (std::size_t rank = 0; rank < units.size(); ++rank) {
    ranks_[rank].left = ranks_[rank].ready = units[rank];
    ranks_[rank].has_refused.assign(units.size(), false);
  }
}

void Balancer::on_dry(std::uint32_t rank) {
  Rank& dry = ranks_[rank];
  dry.is_dry = true;
  dry.is_asked_for = false;
  dry.ready = 0;
  dry.has_refused.assign(ranks_.size(), false);
  dry.not_before = {};
  dry.pause = kFirstPause;
}

void Balancer::on_progress(std::uint32_t rank, std::uint32_t left, std::uint32_t ready) {
  ranks_[rank].left = left;
  ranks_[rank].ready = ready;
  if (ready != 0) ranks_[rank].is_dry = false;
}

void Balancer::on_refused(const Ask& ask) {
  Rank& dry = ranks_[ask.thief];
  dry.is_asked_for = false;
  dry.has_refused[ask.victim] = true;
}

bool Balancer::pick_victim(std::uint32_t thief, std::uint32_t& victim) const {
  bool found = false;
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    const Rank& candidate = ranks_[rank];
    if (rank == thief || candidate.is_dry || candidate.left == 0) continue;
    if (ranks_[thief].has_refused[rank]) continue;
    const bool is_better = !found || candidate.ready > ranks_[victim].ready ||
                           (candidate.ready == ranks_[victim].ready && candidate.left > ranks_[victim].left);
    if (is_better) victim = rank;
    found = true;
  }
  return found;
}

std::vector<Balancer::Ask> Balancer::asks(Clock::time_point now) {
  std::vector<Ask> asks;
  for (std::uint32_t thief = 0; thief < ranks_.size(); ++thief) {
    Rank& dry = ranks_[thief];
    if (!dry.is_dry || dry.is_asked_for || now < dry.not_before) continue;
    std::uint32_t victim = 0;
    if (pick_victim(thief, victim)) {
      dry.is_asked_for = true;
      ranks_[victim].ready -= ranks_[victim].ready / 2;  // until the victim tells how many it has
      asks.push_back({victim, thief});
    } else {
      dry.has_refused.assign(ranks_.size(), false);
      dry.not_before = now + dry.pause;
      dry.pause = std::min(2 * dry.pause, kLongestPause);
    }
  }
  return asks;
}

}  // namespace bask
