#include <bask/client.hpp>

#include <fmt/format.h>
#include <bask/cluster/node.hpp>
#include <bask/collections/array/kernels/strips.hpp>
#include <bask/core/event.hpp>
#include <bask/core/log.hpp>
#include <bask/diagnostics/graph_drawing.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/graph/expand.hpp>
#include <bask/graph/value_layer.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/numerics_text.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/merge_equal.hpp>
#include <bask/plan/partition.hpp>
#include <bask/rank_session.hpp>
#include <bask/system/affinity.hpp>
#include <bask/system/memory_limit.hpp>
#include <bask/watch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <unordered_map>

namespace bask {
namespace {

void emit(EventKind kind, std::uint64_t count) {
  if (events::wanted()) events::emit({kind, 0, kNoIndex, {}, events::now_ns(), count});
}

// Names for messages. The graph must outlive what is returned.
DescribeTask describe_tasks(const TaskGraph& graph, const std::string& host) {
  return [&graph, host](TaskId task) {
    TaskFailure failure{.task = graph.name(task),
                        .layer = graph.layer_name(task),
                        .key = graph.key(task),
                        .host = host,
                        .inputs = {},
                        .cause = {}};
    for (const TaskId input : graph.inputs_of(task)) failure.inputs.push_back(graph.name(input));
    return failure;
  };
}

// How long units take compared to each other, as far as can be said before: as many times a task as they
// have.
std::vector<float> costs_of(const Plan& plan) {
  std::vector<float> costs(plan.units());
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    costs[unit] = static_cast<float>(plan.unit_begin[unit + 1] - plan.unit_begin[unit]);
  }
  return costs;
}

// What a task has thrown on some rank, as its own kind of exception where that is known.
[[noreturn]] void throw_failure(const Node::Outcome& outcome, const DescribeTask& describe,
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
  try {
    if (outcome.own_error) std::rethrow_exception(outcome.own_error);
    throw std::runtime_error(failed.cause);
  } catch (...) {
    std::rethrow_exception(nest_current_exception(std::move(failure)));
  }
}

// A result that an earlier attempt has kept cannot be read.
struct KeptResultLost {};

bool is_lost(const TaskGraph& graph, TaskId failed) {
  return failed.index < graph.size() && graph.group[failed.index] == graph.recalled;
}

// What is persisted is kept for a restart, unless its annotations say otherwise.
void keep_targets(Expansion& expansion) {
  TaskGraph& graph = expansion.graph;
  graph.annotation.resize(graph.size());
  std::unordered_map<std::uint32_t, std::uint32_t> kept;  // annotations, as they were and as they are now
  std::set<std::uint32_t> seen;
  for (const TaskId target : expansion.targets) {
    if (graph.is_constant(target) || !seen.insert(target.index).second) continue;
    std::uint32_t& notes = graph.annotation[target.index];
    const auto [now, is_new] = kept.try_emplace(notes, static_cast<std::uint32_t>(graph.annotations.size()));
    if (is_new) graph.annotations.push_back(overlay({.checkpoint = true}, graph.annotations[notes]));
    notes = now->second;
  }
}

// Handles to the results, held from now on: one for each target.
std::vector<TaskRef> hold_results(std::span<const TaskRef* const> targets, Results& results) {
  std::vector<TaskRef> held;
  std::unordered_map<const Value*, TaskRef> held_already;
  held.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TaskRef& target = *targets[i];
    Value* value = results.targets[i].value;
    const bool computed = !results.values.empty() && value >= results.values.data() &&
                          value < results.values.data() + results.values.size();
    if (!computed) {
      held.push_back(target);
      continue;
    }
    const auto [entry, is_new] = held_already.try_emplace(value);
    if (is_new) {
      const Layer& layer = *target.layer;
      entry->second = ValueLayer::held(layer.label(target.index), layer.key(target.index), std::move(*value));
    }
    held.push_back(entry->second);
  }
  return held;
}

}  // namespace

/// What a computation leaves behind: values here, or with `hold` and several ranks where they are.
struct Client::Computed {
  Results results;
  std::vector<Constant> places;  // per target; rank 0 with a null value and no number: a constant as it was
};

Client::Client(const Options& options) : options_(options) {
  info_.scheduler = options.scheduler;
  info_.host = host_name();
  info_.cores = CoreMask::of_process().count();
  info_.memory_limit = options.memory_limit != 0 ? options.memory_limit : memory_limit();
  if (options.scheduler == Scheduler::kThreads) {
    info_.threads = options.threads != 0 ? static_cast<unsigned>(options.threads) : info_.cores;
    pool_ = std::make_unique<ThreadPool>(info_.threads, options.pin);
    info_.pinned = pool_->pinned();
  }
  info_.ranks = {{info_.host, info_.cores, info_.threads, info_.memory_limit}};
  if (!options.checkpoint.empty()) {
    own_checkpoint_ = std::make_unique<JobCheckpoint>();
    const std::string problem =
        own_checkpoint_->join(own_checkpoint_->begin(options), options, 0, std::max(info_.threads, 1u));
    if (!problem.empty()) own_checkpoint_->do_without(problem, options, true);
    checkpoint_ = own_checkpoint_.get();
  }
  log_job_line(LogLevel::kDebug, numerics_text());
  begin_to_compute();
}

Client::Client(const Options& options, Node& node, std::vector<RankSummary> ranks, JobCheckpoint* checkpoint)
    : options_(options), node_(&node), checkpoint_(checkpoint) {
  info_.scheduler = options.scheduler;
  info_.host = ranks[0].host;
  info_.cores = ranks[0].cores;
  info_.pinned = node.pinned();
  info_.threads = 0;
  for (const RankSummary& rank : ranks) {
    info_.threads += rank.threads;
    info_.memory_limit += rank.memory_limit;
  }
  info_.ranks = std::move(ranks);
  begin_to_compute();
}

void Client::begin_to_compute() {
  note_input("vector loops", strips::has_fused_multiply_add() ? "with fused multiply-add" : "without it");
  use_runtime(this);
}

Client::~Client() {
  drop_runtime(this);
}

Client::Computed Client::run_here(const Expansion& expansion, Plan plan) {
  const auto start = std::chrono::steady_clock::now();
  TaskRunner runner(std::move(plan), expansion.graph.constant_values(), runner_options(expansion.graph));
  emit(EventKind::kComputeStarted, runner.tasks());
  WatchedRun watched{
      runner.tasks(), [&] { return runner.tasks_by_group(); }, [&] { return runner.done_by_group(); },
      [&](std::size_t group) { return runner.layer_of_group(group); }, [&] { runner.cancel(); }};
  if (keeps_results()) {
    watched.stop = [&](std::chrono::nanoseconds patience) {
      runner.drain(std::chrono::steady_clock::now() + patience);
    };
    watched.is_out_of_time = [&] { return runner.is_out_of_time(); };
    if (node_ != nullptr) watched.stop_asked = [&] { return node_->stop_asked(); };
    watched.end = checkpoint_->end();
  }
  Watch watch(std::move(watched), options_, start);
  watch.look();  // a signal may have come before
  if (pool_ == nullptr) {
    runner.work_in_order([&] { watch.look(); });
  } else {
    const ThreadPool::Round round(
        *pool_, [&](unsigned thread) { runner.work(thread); }, [&] { runner.cancel(); });
    while (!pool_->wait_for(Watch::kInterval)) {
      watch.look();
      if (watch.is_overdue()) leave_tasks(watch.stopped());
    }
  }
  last_ = {.tasks = runner.tasks_done(), .peak_bytes = {runner.peak_bytes()}};
  emit(EventKind::kComputeFinished, last_.tasks);
  const std::optional<RunFailure> failed = runner.failure();
  watch.finish(!failed && runner.units_left() == 0);
  if (failed && is_lost(expansion.graph, failed->task)) throw KeptResultLost();
  return {runner.take_results(), {}};
}

// Tasks that do not come out in time end with the process, as those of other ranks do when the job is
// aborted.
void Client::leave_tasks(const Error& stopped) {
  std::cout.flush();
  std::cerr << "bask: error: " << stopped.what() << std::endl;
  const int exit_code = static_cast<int>(stopped.exit_code());
  give_up(exit_code);
  std::_Exit(exit_code);
}

Client::Computed Client::run_on_ranks(const Expansion& expansion, const Plan& plan, bool hold) {
  const auto start = std::chrono::steady_clock::now();
  const DescribeTask describe = describe_tasks(expansion.graph, info_.host);
  check_offered(plan, options_.resources, describe);
  ClusterShape shape;
  for (const RankSummary& rank : info_.ranks) shape.threads.push_back(rank.threads);
  const std::vector<std::uint32_t> rank_of_unit =
      partition(plan, costs_of(plan), shape, preferred_ranks(expansion.graph.constants));
  emit(EventKind::kComputeStarted, plan.tasks());
  std::vector<std::uint64_t> done(plan.groups.size());
  WatchedRun watched{plan.tasks(), [&] { return tasks_by_group(plan); }, [&] { return done; },
                     [&](std::size_t group) { return plan.groups[group].layer; },
                     [&] { node_->cancel_run(); }};
  if (keeps_results()) {
    watched.stop = [&](std::chrono::nanoseconds patience) { node_->stop_run(patience); };
    watched.is_out_of_time = [&] { return node_->is_out_of_time(); };
    watched.stop_asked = [&] { return node_->stop_asked(); };
    watched.end = checkpoint_->end();
  }
  Watch watch(std::move(watched), options_, start);
  Node::Outcome outcome =
      node_->run(plan, expansion.graph, rank_of_unit, {.hold = hold, .balance = options_.balance},
                 [&](const std::vector<std::uint64_t>& done_by_group) {
                   done = done_by_group;
                   watch.look();
                 });
  last_ = {outcome.statistics.tasks, outcome.statistics.results_moved, outcome.results_forecast,
           outcome.statistics.bytes_moved, outcome.statistics.peak_bytes};
  emit(EventKind::kComputeFinished, last_.tasks);
  watch.finish(!outcome.cancelled);
  if (outcome.failure && is_lost(expansion.graph, outcome.failure->task)) throw KeptResultLost();
  if (outcome.failure) throw_failure(outcome, describe, info_.ranks);
  Computed computed{std::move(outcome.results), {}};
  for (std::size_t i = 0; i < outcome.held.size(); ++i) {
    const HeldTarget& held = outcome.held[i];
    const bool was_constant = plan.targets[i].is_constant();
    computed.places.push_back(
        {nullptr, held.rank, was_constant ? 0 : Worker::held_number(outcome.run, held.target)});
  }
  return computed;
}

Client::Computed Client::run_plan(const Expansion& expansion, bool hold) {
  Plan plan = make_plan(expansion.graph, expansion.targets, {.fuse = options_.fuse, .keys = keeps_results()});
  if (node_ == nullptr || info_.scheduler == Scheduler::kSync) return run_here(expansion, std::move(plan));
  return run_on_ranks(expansion, plan, hold);
}

Results Client::compute(std::span<const TaskRef* const> targets) {
  const std::unique_lock one_at_a_time = only_computation();
  return run_targets(targets, false).results;
}

// What an earlier attempt has kept and cannot be read is computed again: once, as all of it is looked at
// then.
Client::Computed Client::run_targets(std::span<const TaskRef* const> targets, bool hold) {
  ++computations_;
  CheckpointHistory* const history = checkpoint_ == nullptr ? nullptr : checkpoint_->history();
  for (bool is_verified = false;; is_verified = true) {
    Expansion expansion = merge_equal(expand(targets));
    if (history != nullptr) {
      if (hold) keep_targets(expansion);
      expansion = history->recall(std::move(expansion));
    }
    try {
      Computed computed = run_plan(expansion, hold);
      ++computations_done_;
      return computed;
    } catch (const KeptResultLost&) {
      if (is_verified)
        throw Error("checkpoint", "results in the journal cannot be read",
                    "remove the directory, and start again");
      history->verify();
    }
  }
}

std::vector<TaskRef> Client::persist(std::span<const TaskRef* const> targets) {
  const std::unique_lock one_at_a_time = only_computation();
  Computed computed = run_targets(targets, true);
  if (computed.places.empty()) return hold_results(targets, computed.results);  // they are here
  std::vector<TaskRef> held;
  std::unordered_map<std::uint64_t, TaskRef> held_already;  // a result may be the target of several
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TaskRef& target = *targets[i];
    const Constant& place = computed.places[i];
    TaskRef& known = held_already[place.held];
    if (place.held == 0) {
      held.push_back(target);
    } else if (known.layer != nullptr) {
      held.push_back(known);
    } else {
      const std::shared_ptr<const void> keeper(nullptr,
                                               [place, drops = std::weak_ptr(node_->drops())](const void*) {
                                                 if (const auto there = drops.lock())
                                                   there->add(place.rank, place.held);
                                               });
      const Layer& layer = *target.layer;
      known = ValueLayer::held_elsewhere(layer.label(target.index), layer.key(target.index), place, keeper);
      held.push_back(known);
    }
  }
  return held;
}

std::unique_lock<std::mutex> Client::only_computation() {
  std::unique_lock one_at_a_time(one_at_a_time_, std::try_to_lock);
  if (!one_at_a_time) {  // waiting could be for ever: a task may have started the thread that asks
    throw Error("compute", "another computation is running",
                "compute both in one go, compute(a, b), or one after the other, outside of tasks");
  }
  return one_at_a_time;
}

bool Client::keeps_results() const {
  return checkpoint_ != nullptr && checkpoint_->here() != nullptr;
}

RunnerOptions Client::runner_options(const TaskGraph& graph) const {
  RunnerOptions options{.threads = info_.threads,
                        .memory_limit = info_.ranks[0].memory_limit,
                        .resources = options_.resources,
                        .describe = describe_tasks(graph, info_.host),
                        .isolate_all = options_.isolate == Isolate::kAll};
  if (!keeps_results()) return options;
  options.recorder = checkpoint_->here();
  options.isolated = checkpoint_->isolated();
  options.end = checkpoint_->end();
  return options;
}

void Client::note_input(const std::string& name, const std::string& identity) {
  if (checkpoint_ == nullptr || checkpoint_->history() == nullptr) return;
  if (checkpoint_->history()->note_input(name, identity)) checkpoint_->here()->note(name, identity);
}

void Client::finish(int exit_code) {
  if (own_checkpoint_ != nullptr)
    own_checkpoint_->finish(options_, exit_code, {computations_, computations_done_});
}

void Client::give_up(int exit_code) {
  if (own_checkpoint_ != nullptr) own_checkpoint_->give_up(exit_code, 1);
}

void Client::refuse_lazy(std::size_t inputs) {
  if (inputs == 0) return;
  throw Error("run", "an argument is lazy or larger than 256 bytes",
              "compute it first, and let every rank read or make what is large");
}

std::vector<Value> Client::call_everywhere(KernelId kernel, std::span<const std::byte> arguments) {
  const std::unique_lock one_at_a_time = only_computation();
  if (node_ != nullptr) return node_->call_everywhere(kernel, arguments);
  std::vector<Value> results(1);
  KernelCall call{arguments.data(), {}, results[0]};
  KernelRegistry::instance()[kernel].run(call);
  return results;
}

void Client::visualize(std::span<const TaskRef* const> targets, const std::filesystem::path& path) {
  const Expansion expansion = merge_equal(expand(targets));
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  draw({expansion.graph, expansion.targets, uses}, path);
}

}  // namespace bask
