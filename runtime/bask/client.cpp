#include <bask/client.hpp>

#include <bask/client_setup.hpp>
#include <bask/cluster/node.hpp>
#include <bask/cluster_run.hpp>
#include <bask/collections/array/kernels/strips.hpp>
#include <bask/compute_setting.hpp>
#include <bask/core/log.hpp>
#include <bask/diagnostics/graph_drawing.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/graph/expand.hpp>
#include <bask/job_watch.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/local_run.hpp>
#include <bask/persisted.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/merge_equal.hpp>
#include <bask/plan/share_work.hpp>
#include <bask/plan_only.hpp>

#include <optional>
#include <set>
#include <unordered_map>

namespace bask {
namespace {

// Marks what persist() computes to be kept for a restart, unless its annotations say otherwise.
void keep_targets(Expansion& expansion) {
  TaskGraph& graph = expansion.graph;
  graph.annotation.resize(graph.size());
  std::unordered_map<std::uint32_t, std::uint32_t> kept;  // from the old number of annotations to the new one
  std::set<std::uint32_t> seen;
  for (const TaskId target : expansion.targets) {
    if (graph.is_constant(target) || !seen.insert(target.index).second) continue;
    std::uint32_t& notes = graph.annotation[target.index];
    const auto [now, is_new] = kept.try_emplace(notes, static_cast<std::uint32_t>(graph.annotations.size()));
    if (is_new) graph.annotations.push_back(overlay({.checkpoint = true}, graph.annotations[notes]));
    notes = now->second;
  }
}

ComputeUse use_of(const ComputeStatistics& statistics) {
  return {
      .seconds = {}, .peak_memory = highest_peak(statistics.memory), .bytes_moved = statistics.bytes_moved};
}

}  // namespace

Client::Client(const Options& options) : Client(options, set_up_process(options)) {}

Client::Client(const Options& options, ClientSetup setup)
    : options_(options),
      info_(std::move(setup.info)),
      own_checkpoint_(std::move(setup.checkpoint)),
      checkpoint_(own_checkpoint_.get()),
      memory_(std::move(setup.memory)),
      own_watch_(std::move(setup.watch)),
      watch_(own_watch_.get()),
      failed_tasks_(std::move(setup.failed_tasks)),
      pool_(std::move(setup.pool)) {
  begin_to_compute();
}

Client::Client(const Options& options, Node& node, std::vector<RankSummary> ranks, JobCheckpoint* checkpoint,
               JobWatch* watch)
    : options_(options),
      info_(info_of_ranks(options, std::move(ranks), node.pinned())),
      node_(&node),
      checkpoint_(checkpoint),
      memory_(node.memory()),
      watch_(watch),
      failed_tasks_(failed_tasks(options, 0)) {
  for (const RankSummary& rank : info_.ranks) other_nodes_ = other_nodes_ || rank.host != info_.host;
  begin_to_compute();
}

void Client::begin_to_compute() {
  costs_ = std::make_unique<CostModel>();
  if (options_.plan) {
    plan_only_ = std::make_unique<PlanOnly>(options_, info_);
    plan_only_->tell_sizes(*costs_);
  } else if (watch_ != nullptr && !options_.durations.empty()) {
    forecast_ = forecast_beside_run(options_, info_);
  }
  note_input("vector loops", strips::has_fused_multiply_add() ? "with fused multiply-add" : "without it");
  use_runtime(this);
}

Client::~Client() {
  drop_runtime(this);
}

Computed Client::run_plan(Expansion& expansion, bool hold) {
  const ComputeSetting setting{options_, info_,         node_, checkpoint_, pool_.get(),
                               memory_,  failed_tasks_, last_, *costs_,     watch_};
  std::optional<Planning> planning(watch_);
  const ResultSizes sizes = costs_->result_sizes(expansion.graph);
  Plan plan = make_plan(expansion.graph, expansion.targets,
                        {.fuse = options_.fuse, .keys = setting.keeps_results()}, sizes);
  planning.reset();
  if (plan_only_ != nullptr) return plan_only_->compute(setting, expansion, plan, sizes, hold);
  if (forecast_ != nullptr) tell_forecast(expansion, plan, sizes, hold);
  if (node_ == nullptr || info_.scheduler == Scheduler::kSync)
    return run_here(setting, expansion, std::move(plan), hold);
  return run_on_ranks(setting, expansion, plan, sizes, hold);
}

// A computation that would be refused is refused by the run itself.
void Client::tell_forecast(Expansion& expansion, const Plan& plan, const ResultSizes& sizes, bool hold) {
  try {
    forecast_->set_kept(expansion.graph.constants);
    const ComputeForecast forecast = forecast_->compute(expansion, plan, sizes, hold, 0);
    const ComputeUse use{.seconds = static_cast<double>(forecast.run.makespan_ns) / 1e9,
                         .peak_memory = highest_peak(forecast.run.memory),
                         .bytes_moved = forecast.run.bytes_moved};
    watch_->record().forecast(use, forecast_->times().source());
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, std::string("no forecast: ") + error.what());
  }
}

Results Client::compute(std::span<const TaskRef* const> targets) {
  const std::unique_lock one_at_a_time = only_computation();
  return run_targets(targets, false).results;
}

Computed Client::run_targets(std::span<const TaskRef* const> targets, bool hold) {
  ++computations_;
  if (plan_only_ != nullptr) plan_only_->begin();
  WatchedCompute watched(watch_);
  try {
    Computed computed = recall_and_run(targets, hold);
    ++computations_done_;
    if (watch_ != nullptr) watch_->record().used(use_of(last_));
    watched.succeed();
    return computed;
  } catch (const std::exception& error) {
    watched.fail(error);
    throw;
  }
}

// Results that were kept but cannot be read are computed again. One retry is enough: history->verify() finds
// every result that cannot be read.
Computed Client::recall_and_run(std::span<const TaskRef* const> targets, bool hold) {
  CheckpointHistory* const history = checkpoint_ == nullptr ? nullptr : checkpoint_->history();
  for (bool is_verified = false;; is_verified = true) {
    std::optional<Planning> planning(watch_);
    Expansion expansion = merge_equal(expand(targets));
    if (history != nullptr) {
      if (hold) keep_targets(expansion);
      const auto on_all = [&](auto kernel, auto arguments) { return call_all_ranks(kernel, arguments); };
      expansion = checkpoint_->recall(std::move(expansion), on_all, other_nodes_);
    }
    expansion = share_work(std::move(expansion), history != nullptr);
    planning.reset();
    try {
      return run_plan(expansion, hold);
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
  if (computed.places.empty()) return hold_results(targets, computed.persisted);  // this process has them
  const auto& drops = plan_only_ != nullptr ? plan_only_->drops() : node_->coordinator().drops();
  return hold_places(targets, computed.places, drops);
}

std::unique_lock<std::mutex> Client::only_computation() {
  std::unique_lock one_at_a_time(one_at_a_time_, std::try_to_lock);
  if (!one_at_a_time) {  // waiting could take for ever: a task may wait for the calling thread
    throw Error("compute", "another computation is running",
                "compute both in one go, compute(a, b), or one after the other, outside of tasks");
  }
  if (node_ != nullptr && node_->coordinator().has_stuck_task()) {
    throw Error("compute", "a task of an earlier computation has passed its timeout, and still runs",
                "end the program after a TaskError with failure().timed_out");
  }
  return one_at_a_time;
}

void Client::note_input(const std::string& name, const std::string& identity) {
  if (checkpoint_ == nullptr || checkpoint_->history() == nullptr) return;
  if (checkpoint_->history()->note_input(name, identity)) checkpoint_->here()->note(name, identity);
}

void Client::finish(int exit_code) {
  if (plan_only_ != nullptr) plan_only_->finish();
  if (own_watch_ != nullptr) own_watch_->end(exit_code);
  if (own_checkpoint_ != nullptr)
    own_checkpoint_->finish(options_, exit_code, {computations_, computations_done_});
}

void Client::give_up(int exit_code) {
  if (own_watch_ != nullptr) own_watch_->end(exit_code);
  if (own_checkpoint_ != nullptr) own_checkpoint_->give_up(exit_code, 1);
}

void Client::refuse_lazy(std::size_t inputs) {
  if (inputs == 0) return;
  throw Error("run", "an argument is lazy or larger than 256 bytes",
              "compute it first, and let every rank read or make what is large");
}

std::vector<Value> Client::call_everywhere(KernelId kernel, std::span<const std::byte> arguments) {
  const std::unique_lock one_at_a_time = only_computation();
  return call_all_ranks(kernel, arguments);
}

std::vector<Value> Client::call_all_ranks(KernelId kernel, std::span<const std::byte> arguments) {
  if (node_ != nullptr) return node_->call_everywhere(kernel, arguments);
  std::vector<Value> results(1);
  KernelCall call{arguments.data(), {}, results[0]};
  KernelRegistry::instance()[kernel].run(call);
  return results;
}

void Client::visualize(std::span<const TaskRef* const> targets, const std::string& path) {
  const Expansion expansion = share_work(merge_equal(expand(targets)));
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  draw({expansion.graph, expansion.targets, uses}, path);
}

}  // namespace bask
