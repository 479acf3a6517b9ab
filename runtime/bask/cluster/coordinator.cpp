#include <bask/cluster/coordinator.hpp>

#include <fmt/format.h>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/graph/kernel.hpp>

#include <utility>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kTimeToStop{500};
constexpr std::chrono::milliseconds kAllHaveTold{2500};  // ranks tell of their progress every second

std::vector<GroupName> names_of(const std::vector<TaskGroup>& groups) {
  std::vector<GroupName> names;
  for (const TaskGroup& group : groups) {
    names.push_back({group.layer, group.kernel == nullptr ? kNoIndex : group.kernel->id.index});
  }
  return names;
}

}  // namespace

Coordinator::Coordinator(Exchange& exchange, std::chrono::nanoseconds stall_limit)
    : exchange_(exchange), stall_limit_(stall_limit), ranks_(exchange.size()) {}

Coordinator::Begun Coordinator::begin(const Plan& plan, const TaskGraph& graph, const Splitter& splitter,
                                      bool hold, bool balance) {
  BeginRun begin;
  begin.constants = static_cast<std::uint32_t>(graph.constants.size());
  begin.groups = names_of(plan.groups);
  if (!plan.annotation.empty()) begin.annotations = plan.annotations;
  begin.balance = balance;
  std::uint32_t run = 0;
  exchange_.locked([&] {
    run = ++run_;
    groups_ = plan.groups.size();
    ranks_.assign(ranks_.size(), {});
    ranks_done_ = 0;
    failure_.reset();
    rest_by_.reset();
    stopped_ = false;
    balances_ = balance;
    moved_at_ = std::chrono::steady_clock::now();
    std::vector<std::uint32_t> units;
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) units.push_back(splitter.size(rank).units);
    balancer_.begin(std::move(units));
  });
  std::vector<std::vector<HeldConstant>> held(ranks_.size());
  for (std::uint32_t i = 0; i < graph.constants.size(); ++i) {
    const Constant& constant = graph.constants[i];
    if (constant.value == nullptr) held[constant.rank].push_back({i, constant.held});
  }
  const auto fit = [&](std::uint32_t rank) {
    begin.size = splitter.size(rank);
    const auto exports = splitter.constant_exports(rank);
    begin.exports.assign(exports.begin(), exports.end());
    begin.holds.clear();
    if (hold) begin.holds.assign(splitter.holds(rank).begin(), splitter.holds(rank).end());
    begin.held = std::move(held[rank]);
  };
  for (std::uint32_t rank = 1; rank < ranks_.size(); ++rank) {
    fit(rank);
    exchange_.post_message(rank, MessageKind::kBeginRun, run, begin);
  }
  fit(0);
  return {run, std::move(begin)};
}

void Coordinator::post_part(std::uint32_t rank, const PlanPart& part) {
  exchange_.post_buffer(rank, MessageKind::kPart, run_, encode_part(part));
}

void Coordinator::on_progress(std::uint32_t from, std::uint32_t run, RankProgress progress) {
  if (run != run_) return;
  if (ranks_[from].is_done) {  // it runs for others now
    if (progress.running != 0) moved_at_ = std::chrono::steady_clock::now();
    ranks_[from].progress.too_long = progress.too_long;
    return;
  }
  balancer_.on_progress(from, progress.left, progress.ready);
  if (progress.running != 0 || progress.left != ranks_[from].progress.left) {
    moved_at_ = std::chrono::steady_clock::now();
  }
  ranks_[from].progress = std::move(progress);
}

void Coordinator::on_dry(std::uint32_t from, std::uint32_t run) {
  if (run != run_) return;
  balancer_.on_dry(from);
  tick();
}

void Coordinator::on_refused(std::uint32_t from, std::uint32_t run, const Steal& theft) {
  if (run != run_) return;
  balancer_.on_refused({from, theft.thief});
  tick();
}

// A task that runs, however long, is told by its rank every second: then nothing is wrong.
void Coordinator::ask_if_stalled(std::chrono::steady_clock::time_point now) {
  if (stall_limit_.count() == 0 || now - moved_at_ < stall_limit_) return;
  moved_at_ = now;
  log_job_line(LogLevel::kWarning,
               fmt::format("nothing has moved for {}, and no task runs; the ranks wait for this:",
                           format_duration(stall_limit_)));
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) exchange_.post(rank, MessageKind::kReport, run_);
}

void Coordinator::tick() {
  if (run_ == 0 || is_cancelled() || all_done()) return;
  const auto now = std::chrono::steady_clock::now();
  ask_if_stalled(now);
  if (!balances_) return;
  for (const Balancer::Ask& ask : balancer_.asks(now)) {
    exchange_.post_message(ask.victim, MessageKind::kSteal, run_, Steal{ask.thief});
  }
}

void Coordinator::on_failed(std::uint32_t from, std::uint32_t run, const Failed& failed) {
  if (run != run_) return;
  if (!failure_ || failed.task < failure_->task) failure_ = RankFailure{from, failed.task, failed.cause};
  cancel();
}

void Coordinator::on_done(std::uint32_t from, std::uint32_t run, Done done) {
  Rank& rank = ranks_[from];
  if (run != run_ || rank.is_done) return;
  rank.is_done = true;
  rank.progress = {std::move(done.done_by_group), 0, 0, 0, 0};
  balancer_.on_progress(from, 0, 0);
  rank.peak_bytes = done.peak_bytes;
  rank.results_in = done.results_in;
  rank.bytes_in = done.bytes_in;
  ++ranks_done_;
  moved_at_ = std::chrono::steady_clock::now();
}

void Coordinator::stop(std::chrono::nanoseconds patience) {
  if (is_cancelled()) return;
  rest_by_ = std::chrono::steady_clock::now() + patience;
  stopped_ = true;
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    exchange_.post_message(rank, MessageKind::kStop, run_, Stop{patience.count()});
  }
}

void Coordinator::cancel() {
  if (is_cancelled() && !stopped_) return;
  rest_by_ = std::chrono::steady_clock::now() + kTimeToStop;
  stopped_ = false;
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    exchange_.post(rank, MessageKind::kCancel, run_);
  }
}

void Coordinator::end() {
  for (std::uint32_t rank = 1; rank < ranks_.size(); ++rank) {
    exchange_.post(rank, MessageKind::kEndRun, run_);
  }
}

bool Coordinator::has_stopped() const {
  return is_cancelled() && (all_done() || std::chrono::steady_clock::now() > *rest_by_);
}

bool Coordinator::is_out_of_time(std::chrono::steady_clock::time_point now) const {
  std::uint64_t too_long = 0, others = 0;
  for (const Rank& rank : ranks_) {
    too_long += rank.progress.too_long;
    others += rank.progress.ready + rank.progress.running;
  }
  return too_long != 0 && others == 0 && now - moved_at_ >= kAllHaveTold;
}

std::vector<std::uint64_t> Coordinator::done_by_group() const {
  std::vector<std::uint64_t> sums(groups_);
  for (const Rank& rank : ranks_) {
    const std::vector<std::uint64_t>& done = rank.progress.done_by_group;
    for (std::size_t group = 0; group < std::min(sums.size(), done.size()); ++group) {
      sums[group] += done[group];
    }
  }
  return sums;
}

RunStatistics Coordinator::statistics() const {
  RunStatistics all;
  for (const Rank& rank : ranks_) {
    for (const std::uint64_t done : rank.progress.done_by_group) all.tasks += done;
    all.results_moved += rank.results_in;
    all.bytes_moved += rank.bytes_in;
    all.peak_bytes.push_back(rank.peak_bytes);
  }
  return all;
}

}  // namespace bask
