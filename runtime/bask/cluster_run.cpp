#include <bask/cluster_run.hpp>

#include <fmt/format.h>
#include <bask/cluster/node.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/job_watch.hpp>
#include <bask/memory_text.hpp>
#include <bask/plan/placement.hpp>
#include <bask/watch.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace bask {
namespace {

// Throws what a task has thrown on some rank: the exception itself where it was thrown on this rank.
[[noreturn]] void throw_failure(const RunOutcome& outcome, const DescribeTask& describe,
                                const std::vector<RankSummary>& ranks) {
  const RankFailure& failed = *outcome.failure;
  const std::string& host = ranks[failed.rank].host;
  if (failed.task.index == kNoIndex) {
    throw Error("compute", fmt::format("rank {} (node {}) failed: {}", failed.rank, host, failed.cause), "");
  }
  TaskFailure failure = describe(failed.task);
  failure.rank = static_cast<int>(failed.rank);
  failure.host = host;
  failure.cause = failed.cause;
  failure.timed_out = failed.timed_out;
  failure.replay = failed.replay;
  try {
    if (outcome.own_error) std::rethrow_exception(outcome.own_error);
    throw std::runtime_error(failed.cause);
  } catch (...) {
    std::rethrow_exception(nest_current_exception(std::move(failure)));
  }
}

// The plan and `done` must outlive what is returned.
WatchedRun watched_run(const ComputeSetting& setting, const Plan& plan,
                       const std::vector<std::uint64_t>& done) {
  Coordinator& runs = setting.node->coordinator();
  WatchedRun watched{plan.tasks(), [&] { return tasks_by_group(plan); }, [&] { return done; },
                     [&](std::size_t group) { return plan.groups[group].layer; },
                     [&runs] { runs.cancel_all(); }};
  if (JobWatch* const looks = setting.watch)
    watched.look = [looks, &done] { looks->record().progress(done); };
  if (!setting.keeps_results()) return watched;
  watched.stop = [&runs](std::chrono::nanoseconds patience) { runs.stop_all(patience); };
  watched.is_out_of_time = [&runs] { return runs.is_out_of_time(); };
  watch_for_stops(watched, setting);
  return watched;
}

// For each target: the rank that holds it, its number there, and its size in bytes as learned so far.
std::vector<Constant> places_of(const RunOutcome& outcome, const Plan& plan, const TaskGraph& graph,
                                const CostModel& costs) {
  std::vector<Constant> places;
  if (outcome.held.empty()) return places;
  const ResultSizes sizes = costs.result_sizes(graph);
  for (std::size_t i = 0; i < outcome.held.size(); ++i) {
    Constant place{.rank = outcome.held[i].rank};
    if (const Source target = plan.targets[i]; !target.is_constant()) {
      place.held = Worker::held_number(outcome.run, outcome.held[i].target);
      place.bytes = sizes.of(graph, plan.task[target.index()]);
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace

Computed run_on_ranks(const ComputeSetting& setting, const Expansion& expansion, const Plan& plan,
                      const ResultSizes& sizes, bool hold) {
  const auto start = std::chrono::steady_clock::now();
  std::optional<Planning> planning(setting.watch);
  const DescribeTask describe = describe_tasks(expansion.graph, setting.info.host);
  check_offered(plan, setting.options.resources, describe);
  const UnitEstimates estimates = setting.costs.estimate(plan, expansion.graph, sizes);
  const Placement placement =
      place_on_ranks(plan, expansion.graph, estimates, {shapes_of(setting.info), hold});
  if (setting.watch != nullptr) setting.watch->begin_running(setting.node->coordinator().next_number(), plan);
  planning.reset();
  const NamedRun named(setting.watch, plan, expansion.graph, placement.rank_of_unit());
  std::vector<std::uint64_t> done(plan.groups.size());
  Watch watch(watched_run(setting, plan, done), setting.options, start);
  RunOutcome outcome = setting.node->run(plan, expansion.graph, placement.rank_of_unit(),
                                         {.hold = hold,
                                          .balance = setting.options.balance,
                                          .estimates = &estimates,
                                          .push_credit = placement.push_credit,
                                          .strips = placement.strips.get()},
                                         [&](const std::vector<std::uint64_t>& done_by_group) {
                                           done = done_by_group;
                                           watch.poll();
                                         });
  setting.statistics = {outcome.statistics.tasks, outcome.statistics.results_moved,
                        outcome.results_forecast, outcome.statistics.bytes_moved,
                        outcome.bytes_forecast,   std::move(outcome.statistics.memory)};
  log_spilled(setting.statistics.memory);
  setting.costs.learn(plan.groups, estimates.bytes_touched, outcome.statistics.measured);
  watch.finish(!outcome.cancelled);
  if (outcome.failure && reads_kept_result(expansion.graph, outcome.failure->task)) throw KeptResultLost();
  if (outcome.failure) throw_failure(outcome, describe, setting.info.ranks);
  return {std::move(outcome.results), places_of(outcome, plan, expansion.graph, setting.costs)};
}

}  // namespace bask
