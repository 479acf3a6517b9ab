#include <bask/cluster/run_state.hpp>

#include <algorithm>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kTimeToStop{500};
constexpr std::chrono::milliseconds kAllHaveTold{2500};  // ranks tell of their progress every second

}  // namespace

RunState::RunState(Shape shape, Clock::time_point now)
    : shape_(std::move(shape)), moved_at_(now), ranks_(shape_.units.size()) {
  balancer_.begin(shape_.units);
}

void RunState::say_to_all(MessageKind kind, const Buffer& body) {
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) orders_.push_back({rank, kind, body});
}

// ---- What ranks say. ----

void RunState::on_progress(std::uint32_t from, RankProgress progress, Clock::time_point now) {
  Rank& rank = ranks_[from];
  if (rank.is_done) {  // it may run stolen units
    if (progress.running != 0) moved_at_ = now;
    rank.progress.too_long = progress.too_long;
    return;
  }
  balancer_.on_progress(from, progress.left, progress.ready);
  const bool moves = progress.running != 0 || progress.memory == MemoryStanding::kMoves;
  if (moves || progress.left != rank.progress.left) moved_at_ = now;
  rank.progress = std::move(progress);
}

void RunState::on_failed(std::uint32_t from, const Failed& failed, Clock::time_point now) {
  if (!failure_ || failed.task < failure_->task)
    failure_ = RankFailure{from, failed.task, failed.cause, failed.timed_out, failed.replay};
  cancel(now);
}

void RunState::on_done(std::uint32_t from, Done done, Clock::time_point now) {
  Rank& rank = ranks_[from];
  if (rank.is_done) return;
  rank.is_done = true;
  rank.progress = {.done_by_group = std::move(done.done_by_group)};
  balancer_.on_progress(from, 0, 0);
  rank.memory = std::move(done.memory);
  rank.results_in = done.results_in;
  rank.bytes_in = done.bytes_in;
  rank.measured = std::move(done.measured);
  ++ranks_done_;
  moved_at_ = now;
  leave_if_over(now);
}

void RunState::on_dry(std::uint32_t from, Clock::time_point now) {
  balancer_.on_dry(from);
  ask_for_thefts(now);
}

void RunState::on_refused(std::uint32_t from, const Steal& theft, Clock::time_point now) {
  balancer_.on_refused({from, theft.thief});
  ask_for_thefts(now);
}

// ---- What rank 0 does. ----

void RunState::all_handed_out() {
  phase_ = std::max(phase_, Phase::kWorking);
}

void RunState::stop(std::chrono::nanoseconds patience, Clock::time_point now) {
  if (must_rest() || phase_ >= Phase::kLeaving) return;
  all_handed_out();
  rest_by_ = now + patience;
  stopped_ = true;
  say_to_all(MessageKind::kStop, encode_message(Stop{patience.count()}));
}

void RunState::cancel(Clock::time_point now) {
  if ((must_rest() && !stopped_) || phase_ >= Phase::kLeaving) return;
  all_handed_out();
  rest_by_ = now + kTimeToStop;
  stopped_ = false;
  say_to_all(MessageKind::kCancel);
}

void RunState::abandon(Clock::time_point now) {
  cancel(now);
  leave();
}

void RunState::all_sent() {
  if (phase_ == Phase::kLeaving) phase_ = Phase::kOver;
}

bool RunState::tick(Clock::time_point now) {
  leave_if_over(now);
  if (must_rest() || all_done()) return false;
  ask_for_thefts(now);
  give_up_full_disks(now);
  if (!is_stalled(now)) return false;
  moved_at_ = now;
  say_to_all(MessageKind::kReport);
  return true;
}

void RunState::ask_for_thefts(Clock::time_point now) {
  if (!shape_.balances || must_rest() || all_done()) return;
  for (const Balancer::Ask& ask : balancer_.asks(now)) {
    orders_.push_back({ask.victim, MessageKind::kSteal, encode_message(Steal{ask.thief})});
  }
}

// No rank moves, as all have told: none frees memory of those whose disks are full.
void RunState::give_up_full_disks(Clock::time_point now) {
  if (now - moved_at_ < kAllHaveTold) return;
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    if (ranks_[rank].progress.memory != MemoryStanding::kDiskFull) continue;
    orders_.push_back({rank, MessageKind::kDiskFull, {}});
    moved_at_ = now;
  }
}

// A rank whose task runs, however long, tells so every second: that counts as movement, and is no stall.
bool RunState::is_stalled(Clock::time_point now) const {
  return shape_.stall_limit.count() != 0 && now - moved_at_ >= shape_.stall_limit;
}

void RunState::leave() {
  if (phase_ >= Phase::kLeaving) return;
  phase_ = Phase::kLeaving;
  say_to_all(MessageKind::kEndRun);
}

void RunState::leave_if_over(Clock::time_point now) {
  if (all_done() || (must_rest() && now > *rest_by_)) leave();
}

// ---- What rank 0 knows. ----

bool RunState::is_out_of_time(Clock::time_point now) const {
  std::uint64_t too_long = 0, others = 0;
  for (const Rank& rank : ranks_) {
    too_long += rank.progress.too_long;
    others += rank.progress.ready + rank.progress.running;
  }
  return too_long != 0 && others == 0 && now - moved_at_ >= kAllHaveTold;
}

std::vector<std::uint64_t> RunState::done_by_group() const {
  std::vector<std::uint64_t> sums(shape_.groups);
  for (const Rank& rank : ranks_) {
    const std::vector<std::uint64_t>& done = rank.progress.done_by_group;
    for (std::size_t group = 0; group < std::min(sums.size(), done.size()); ++group) {
      sums[group] += done[group];
    }
  }
  return sums;
}

RunStatistics RunState::statistics() const {
  RunStatistics all;
  all.measured.resize(shape_.groups);
  for (const Rank& rank : ranks_) {
    for (const std::uint64_t done : rank.progress.done_by_group) all.tasks += done;
    all.results_moved += rank.results_in;
    all.bytes_moved += rank.bytes_in;
    all.memory.push_back(rank.memory);
    for (std::size_t group = 0; group < std::min(all.measured.size(), rank.measured.size()); ++group)
      all.measured[group] += rank.measured[group];
  }
  return all;
}

}  // namespace bask
