#include <bask/cluster/coordinator.hpp>

#include <fmt/format.h>
#include <bask/cluster/planned_tasks.hpp>
#include <bask/cluster/run_opening.hpp>
#include <bask/cluster/waiting.hpp>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/events/explained_waiting.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/safety/task_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::uint32_t kStretch = 16 * 1024;                   // units that are handed out at a time
constexpr std::uint64_t kMostPosted = std::uint64_t{64} << 20;  // bytes of parts that wait to be sent

std::vector<std::uint32_t> units_by_rank(const Splitter& splitter, std::uint32_t ranks) {
  std::vector<std::uint32_t> units;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) units.push_back(splitter.size(rank).units);
  return units;
}

}  // namespace

struct Coordinator::Run {
  Splitter splitter;
  RunState state;  // under the exchange's lock
  RunSettings settings;
  OnComplete on_complete;
  PlannedTasks tasks;             // under the exchange's lock
  std::vector<PlanPart> parts;    // of the stretch that is handed out, by rank
  std::uint64_t bulk_before = 0;  // bytes of constants, which need not go before parts do
  std::exception_ptr error = {};
};

Coordinator::Coordinator(Exchange& exchange, Worker& own, std::chrono::nanoseconds stall_limit)
    : exchange_(exchange),
      own_(own),
      stall_limit_(stall_limit),
      drops_(std::make_shared<HeldDrops>(exchange.size())) {}

Coordinator::~Coordinator() = default;

std::uint32_t Coordinator::start(const Plan& plan, const TaskGraph& graph,
                                 std::span<const std::uint32_t> rank_of_unit, const RunSettings& settings,
                                 OnComplete on_complete) {
  const std::uint32_t ranks = exchange_.size();
  Splitter splitter(plan, graph, rank_of_unit,
                    {.ranks = ranks, .hold = settings.hold, .strips = settings.strips});
  RunState state({units_by_rank(splitter, ranks), plan.groups.size(), settings.balance, stall_limit_},
                 steady_clock::now());
  auto made = std::make_unique<Run>(Run{.splitter = std::move(splitter),
                                        .state = std::move(state),
                                        .settings = settings,
                                        .on_complete = std::move(on_complete),
                                        .tasks = {plan, graph, rank_of_unit},
                                        .parts = std::vector<PlanPart>(ranks)});
  Run& run = *made;
  exchange_.locked([&] { post_drops(); });
  RunOpening opening(plan, graph, run.splitter, settings, ranks);
  const std::uint32_t number = exchange_.locked([&] {
    runs_.emplace(++newest_, std::move(made));
    return newest_;
  });
  try {
    for (std::uint32_t rank = 1; rank < ranks; ++rank) {
      exchange_.post_message(rank, MessageKind::kBeginRun, number, opening.of(rank));
    }
    exchange_.locked([&] {
      // Owns the layers, whose constants tasks of this rank may still read after the run was abandoned.
      own_.begin(number, opening.of(0),
                 {graph.constant_values(), std::make_shared<std::vector<LayerPtr>>(graph.layers)});
    });
    run.bulk_before = exchange_.bulk_bytes_posted();
  } catch (...) {
    run.error = std::current_exception();
    abandon(number);
  }
  return number;
}

// ---- The computing thread. ----

Coordinator::Pace Coordinator::drive() {
  Pace pace = Pace::kLater;
  std::vector<std::uint32_t> over;
  for (const auto& [number, run] : runs_) {
    pace = std::min(pace, step(number, *run));
    const RunState& state = run->state;
    const bool is_over = exchange_.locked([&] { return state.phase() == RunState::Phase::kOver; });
    if (is_over) over.push_back(number);
  }
  for (const std::uint32_t number : over) {
    RunOutcome outcome = concluded(number, *runs_.at(number));
    const std::unique_ptr<Run> run =
        exchange_.locked([&] { return std::move(runs_.extract(number).mapped()); });
    run->on_complete(std::move(outcome));
  }
  return pace;
}

Coordinator::Pace Coordinator::step(std::uint32_t number, Run& run) {
  switch (exchange_.locked([&] { return run.state.phase(); })) {
    case RunState::Phase::kHandingOut:
      if (exchange_.bulk_bytes_posted() > run.bulk_before + kMostPosted) return Pace::kSoon;
      try {
        hand_out(number, run);
      } catch (...) {
        run.error = std::current_exception();
        abandon(number);
      }
      return Pace::kAtOnce;
    case RunState::Phase::kWorking:
      return Pace::kLater;
    case RunState::Phase::kLeaving:
      // Rank 0 may still be sending a constant, which would be freed with its graph. The receiving ranks let
      // it in however the run has ended.
      exchange_.locked([&] {
        if (own_.has_left(number)) run.state.all_sent();
      });
      return Pace::kSoon;
    case RunState::Phase::kOver:
      return Pace::kAtOnce;
  }
  return Pace::kAtOnce;
}

void Coordinator::hand_out(std::uint32_t number, Run& run) {
  if (!run.splitter.done()) {
    run.splitter.next(kStretch, run.parts);
    for (std::uint32_t other = 1; other < run.parts.size(); ++other) {
      if (run.parts[other].empty()) continue;
      exchange_.post_buffer(other, MessageKind::kPart, number, encode_part(run.parts[other]));
    }
    exchange_.locked([&] {
      own_.add(number, run.parts[0]);
      own_.on_settled(kFeeder);
    });
  }
  if (!run.splitter.done()) return;
  exchange_.locked([&] { run.state.all_handed_out(); });
  run.parts = {};
}

RunOutcome Coordinator::concluded(std::uint32_t number, Run& run) {
  const Splitter& splitter = run.splitter;
  RunOutcome outcome;
  outcome.run = number;
  outcome.error = run.error;
  exchange_.locked([&] {
    const RunState& state = run.state;
    outcome.failure = state.failure();
    const std::optional<RunFailure> own = own_.failure(number);
    const bool is_own = own && outcome.failure && outcome.failure->rank == 0;
    if (is_own && own->task == outcome.failure->task) outcome.own_error = own->error;
    outcome.cancelled = was_cancelled_ = state.must_rest();
    was_left_inside_ = state.must_rest() && !state.all_done();
    has_stuck_task_ |= was_left_inside_ && outcome.failure && outcome.failure->timed_out;
    outcome.statistics = state.statistics();
    outcome.done_by_group = state.done_by_group();
    try {
      if (!outcome.cancelled && !run.settings.hold)
        outcome.results = own_.take_results(number, splitter.targets());
    } catch (...) {  // they do not fit together, or this rank's disk has lost one
      outcome.failure = RankFailure{0, TaskId{kNoIndex}, describe_current_exception()};
    }
    own_.forget(number);
  });
  outcome.results_forecast = splitter.results_moved();
  if (const UnitEstimates* estimates = run.settings.estimates; estimates != nullptr)
    outcome.bytes_forecast = splitter.bytes_moved(estimates->bytes, estimates->constant_bytes);
  if (run.settings.hold) outcome.held.assign(splitter.where_held().begin(), splitter.where_held().end());
  return outcome;
}

void Coordinator::abandon(std::uint32_t run) {
  exchange_.locked([&] {
    const auto found = runs_.find(run);
    if (found == runs_.end()) return;
    found->second->state.abandon(steady_clock::now());
    post_orders(run, found->second->state);
  });
}

// The caller holds the exchange's lock.
template <class Change>
void Coordinator::change_all(const Change& change) {
  for (const auto& [number, run] : runs_) {
    change(run->state);
    post_orders(number, run->state);
  }
}

void Coordinator::cancel_all() {
  exchange_.locked([&] { change_all([now = steady_clock::now()](RunState& state) { state.cancel(now); }); });
}

void Coordinator::stop_all(std::chrono::nanoseconds patience) {
  exchange_.locked(
      [&] { change_all([&, now = steady_clock::now()](RunState& state) { state.stop(patience, now); }); });
}

bool Coordinator::is_out_of_time() const {
  return exchange_.locked([&] {
    const auto now = steady_clock::now();
    return !runs_.empty() && std::ranges::all_of(runs_, [&](const auto& entry) {
      return entry.second->state.is_out_of_time(now);
    });
  });
}

std::vector<std::uint64_t> Coordinator::done_by_group(std::uint32_t run) const {
  return exchange_.locked([&] { return runs_.at(run)->state.done_by_group(); });
}

bool Coordinator::may_be_inside_tasks() const {
  return exchange_.locked([&] {
    return was_left_inside_ || std::ranges::any_of(runs_, [](const auto& entry) {
             const RunState& state = entry.second->state;
             return state.must_rest() && !state.all_done();
           });
  });
}

// ---- Under the exchange's lock. ----

void Coordinator::on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                             std::span<const std::byte> body) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return;
  RunState& state = found->second->state;
  const auto now = steady_clock::now();
  switch (kind) {
    case MessageKind::kProgress:
      state.on_progress(from, decode_message<RankProgress>(body), now);
      break;
    case MessageKind::kFailed:
      state.on_failed(from, decode_message<Failed>(body), now);
      break;
    case MessageKind::kDone:
      state.on_done(from, decode_message<Done>(body), now);
      break;
    case MessageKind::kDry:
      state.on_dry(from, now);
      break;
    case MessageKind::kRefused:
      state.on_refused(from, decode_message<Steal>(body), now);
      break;
    default:
      throw Error("message of a run", "it is not for rank 0", "this is an error in the runtime");
  }
  post_orders(run, state);
}

std::string Coordinator::text_of(std::uint32_t run, const Reported& reported) const {
  std::string text = reported.text;
  const auto found = runs_.find(run);
  if (found == runs_.end()) return text;
  PlannedTasks& tasks = found->second->tasks;
  tasks.find(tasks_of(reported.waiting, tasks));
  const ExplainedRank rank = explained(reported.waiting, tasks, [](auto, auto) { return std::string(); });
  for (const ExplainedTask& task : rank.tasks) {
    for (const std::string& line : waiting_lines(task, rank)) text += "\n" + line;
  }
  return text;
}

void Coordinator::tick() {
  change_all([&, now = steady_clock::now()](RunState& state) {
    if (!state.tick(now)) return;
    log_job_line(LogLevel::kWarning,
                 fmt::format("nothing has moved for {}, and no task runs; the ranks wait for this:",
                             format_duration(stall_limit_)));
  });
}

void Coordinator::post_orders(std::uint32_t number, RunState& state) {
  for (RunState::Order& order : state.take_orders()) {
    exchange_.post_buffer(order.to, order.kind, number, std::move(order.body));
  }
}

// Each drop carries the number of the newest run: no rank follows it before that run has begun there, as the
// run may read what is dropped.
void Coordinator::post_drops() {
  const std::vector<std::vector<std::uint64_t>> drops = drops_->take();
  for (std::uint32_t rank = 0; rank < drops.size(); ++rank) {
    if (drops[rank].empty()) continue;
    exchange_.post_message(rank, MessageKind::kDrop, newest_, Drop{drops[rank]});
  }
}

bool Coordinator::is_ending() const {
  if (runs_.empty()) return was_cancelled_;
  return std::ranges::any_of(runs_, [](const auto& entry) { return entry.second->state.must_rest(); });
}

}  // namespace bask
