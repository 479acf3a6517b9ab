#include <bask/local_run.hpp>

#include <bask/execution/rank_memory.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/job_watch.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/memory_text.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/require_room.hpp>
#include <bask/rank_session.hpp>
#include <bask/watch.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>

namespace bask {
namespace {

RunnerOptions runner_options(const ComputeSetting& setting, const TaskGraph& graph) {
  RunnerOptions options{.threads = setting.info.threads,
                        .memory = setting.memory,
                        .resources = setting.options.resources,
                        .describe = describe_tasks(graph, setting.info.host),
                        .isolate_all = setting.options.isolate == Isolate::kAll,
                        .slow_task = setting.options.slow_task,
                        .task_timeout = setting.options.task_timeout,
                        .failed_tasks = setting.failed_tasks};
  if (setting.watch != nullptr) {
    options.events = setting.watch->events();
    options.number = setting.watch->next_run();
  }
  if (!setting.keeps_results()) return options;
  options.recorder = setting.checkpoint->here();
  options.isolated = setting.checkpoint->isolated();
  options.end = setting.checkpoint->end();
  return options;
}

// The runner must outlive what is returned.
WatchedRun watched_run(const ComputeSetting& setting, TaskRunner& runner) {
  WatchedRun watched{runner.plan()->tasks(), [&] { return tasks_by_group(*runner.plan()); },
                     [&] { return runner.progress().done_by_group(); },
                     [&](std::size_t group) { return runner.plan()->groups[group].layer; },
                     [&] { runner.cancel(); }};
  if (JobWatch* const looks = setting.watch) {
    watched.look = [looks, memory = setting.memory, has_pool = setting.pool != nullptr, &runner] {
      looks->events()->look(standing_of(memory.get(), &runner));
      if (has_pool) looks->events()->set_waiting(runner.waiting());
      looks->record().progress(runner.progress().done_by_group());
    };
  }
  if (!setting.keeps_results()) return watched;
  watched.stop = [&](std::chrono::nanoseconds patience) {
    runner.drain(std::chrono::steady_clock::now() + patience);
  };
  watched.is_out_of_time = [&] { return runner.status().is_out_of_time(); };
  watch_for_stops(watched, setting);
  return watched;
}

// Ends the process with the tasks that have not ended in time, as an aborted job does on other ranks. `why`
// throws what is reported.
[[noreturn]] void leave_tasks(JobCheckpoint* checkpoint, const std::function<int()>& why) {
  const int exit_code = report_errors(why);
  if (checkpoint != nullptr) checkpoint->give_up(exit_code, 1);
  std::_Exit(exit_code);
}

void run_to_the_end(const ComputeSetting& setting, TaskRunner& runner, Watch& watch) {
  watch.poll();  // a signal may have come before
  if (setting.pool == nullptr) return runner.work_in_order([&] { watch.poll(); });
  const ThreadPool::Round round(
      *setting.pool, [&](unsigned thread) { runner.work(thread); }, [&] { runner.cancel(); });
  while (!setting.pool->wait_for(Watch::kInterval)) {
    watch.poll();
    runner.watch_tasks(std::chrono::steady_clock::now());
    if (watch.is_overdue()) leave_tasks(setting.checkpoint, [&]() -> int { throw watch.stopped(); });
    if (runner.is_overdue(std::chrono::steady_clock::now())) {
      leave_tasks(setting.checkpoint,
                  [&]() -> int { std::rethrow_exception(runner.progress().failure()->error); });
    }
  }
}

Rooms rooms_of(const TaskGraph& graph, RankMemory& memory) {
  Rooms rooms{.of_rank = {{.limit = memory.ledger().limit()}}};
  for (const Constant& constant : graph.constants) {
    const auto persisted = memory.find(constant.value);
    rooms.persisted.push_back(persisted == nullptr ? 0 : persisted->bytes);
    if (persisted == nullptr) rooms.of_rank[0].constants += constant.value->heap_bytes();
  }
  return rooms;
}

}  // namespace

Computed run_here(const ComputeSetting& setting, const Expansion& expansion, Plan plan, bool hold) {
  const auto start = std::chrono::steady_clock::now();
  if (setting.memory->ledger().has_limit() && knows_sizes(plan))
    require_room(plan, expansion.graph, rooms_of(expansion.graph, *setting.memory), !hold);
  RunnerOptions options = runner_options(setting, expansion.graph);
  options.persists = hold;
  const std::uint32_t number = options.number;
  TaskRunner runner(std::move(plan), expansion.graph.constant_values(), std::move(options));
  if (setting.watch != nullptr) setting.watch->begin_running(number, *runner.plan());
  const NamedRun named(setting.watch, *runner.plan(), expansion.graph, {});
  Watch watch(watched_run(setting, runner), setting.options, start);
  run_to_the_end(setting, runner, watch);
  setting.statistics = {.tasks = runner.progress().tasks_done(), .memory = {runner.memory_use()}};
  log_spilled(setting.statistics.memory);
  setting.costs.learn(expansion.graph.groups, {}, runner.progress().measured());
  const std::optional<RunFailure> failed = runner.progress().failure();
  watch.finish(!failed && runner.progress().units_left() == 0);
  if (failed && reads_kept_result(expansion.graph, failed->task)) throw KeptResultLost();
  if (hold) return {.results = {}, .persisted = runner.take_persisted(runner.plan()->targets)};
  return {.results = runner.take_results(runner.plan()->targets)};
}

}  // namespace bask
