#include <bask/core/error.hpp>
#include <bask/execution/recipe.hpp>
#include <bask/forecast/virtual_cluster.hpp>
#include <bask/forecast/virtual_disk.hpp>
#include <bask/forecast/virtual_result.hpp>
#include <bask/plan/split.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace bask {
namespace {

constexpr std::uint32_t kUnitsOfAPart = 1 << 16;

// Whether the kernel's result may be made again, as the kernel itself says of one of its tasks.
Repeats rule_of(const Kernel* kernel, const TaskGraph& graph, TaskId task) {
  if (kernel == nullptr || kernel->repeats == nullptr) return Repeats::kNever;
  std::vector<Input> inputs;
  for (const TaskId input : graph.inputs_of(task)) {
    Value* const value =
        graph.is_constant(input) ? graph.constants[graph.constant_index(input)].value : nullptr;
    inputs.push_back({value, false});
  }
  if (inputs.empty() || inputs[0].value == nullptr) return Repeats::kNever;
  Value none;
  return kernel->repeats({graph.arguments_of(task), inputs, none});
}

// By group: whether its results go in parts, which see to their memory themselves.
std::vector<bool> groups_of_parts(const Plan& plan) {
  std::vector<bool> are_parts;
  for (const TaskGroup& group : plan.groups) are_parts.push_back(makes_parts(group.kernel));
  return are_parts;
}

}  // namespace

VirtualCluster::VirtualCluster(std::vector<RankShape> ranks, const MachineSpeed& speed,
                               std::map<std::string, double> resources)
    : shape_(std::move(ranks)), speed_(speed), resources_(std::move(resources)) {
  for (std::uint32_t rank = 0; rank < shape_.size(); ++rank) {
    const auto moved = [this, rank] { go_on(rank); };
    const auto beside = [this, rank](double ns, double cpu_ns) {
      return run_ == nullptr ? ns : run_->ranks[rank]->beside_threads(ns, cpu_ns);
    };
    const auto store = [this, beside, moved](EventLog*) {
      return std::make_unique<VirtualDisk>(clock_, speed_, beside, moved);
    };
    const auto remaker = [this, beside, moved](unsigned threads) {
      return std::make_unique<VirtualRemaker>(
          clock_, threads, [this, beside] { return beside(remake_ns_, remake_ns_); }, moved);
    };
    touched_.push_back(0);
    memories_.push_back(std::make_shared<RankMemory>(shape_[rank].memory_limit, Backing{store, remaker}));
  }
}

VirtualCluster::~VirtualCluster() = default;

void VirtualCluster::go_on(std::uint32_t rank) {
  if (run_ != nullptr) run_->ranks[rank]->go_on();
}

void VirtualCluster::set_kept(std::span<const Constant> constants) {
  kept_.clear();
  for (const Constant& constant : constants) {
    if (constant.held == 0) continue;
    const auto bytes = static_cast<std::uint64_t>(constant.bytes);
    RankMemory& memory = *memories_[constant.rank];
    PersistedResult result{{}, 0, bytes, {}};
    if (memory.ledger().try_take(MemoryKind::kResults, bytes)) {
      result.value = virtual_value(bytes);
    } else {  // it has been spilled
      result.copy =
          SpilledCopy{.extent = {.offset = 0, .bytes = bytes}, .type = &value_type_of<VirtualResult>};
    }
    ResultState(result.word).place_again(result.value.has_value(), result.copy.has_value());
    kept_.insert_or_assign(constant.held, Kept{constant.rank, memory.persist(std::move(result))});
  }
}

void VirtualCluster::drop(std::uint64_t held) {
  kept_.erase(held);
}

// By group. Notes, too, what it takes in the mean to make such a result again.
std::vector<Repeats> VirtualCluster::repeats(const Computation& computation) {
  const Plan& plan = computation.plan;
  std::vector<Repeats> repeats(plan.groups.size(), Repeats::kNever);
  std::vector<bool> is_known(plan.groups.size());
  double ns = 0;
  std::uint64_t tasks = 0;
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    const std::uint32_t group = plan.group[position];
    const TaskId task = plan.task[position];
    if (!is_known[group]) {
      is_known[group] = true;
      const auto bytes = static_cast<std::uint64_t>(plan.bytes.empty() ? 0 : plan.bytes[position]);
      if (is_made_again(computation.task_ns[task.index], bytes))
        repeats[group] = rule_of(plan.groups[group].kernel, computation.expansion.graph, task);
    }
    if (repeats[group] == Repeats::kNever) continue;
    ns += computation.task_ns[task.index];
    ++tasks;
  }
  if (tasks != 0) remake_ns_ = ns / static_cast<double>(tasks);  // else results of an earlier computation
  return repeats;
}

VirtualRank::Part VirtualCluster::part_for(std::uint32_t rank, const Computation& computation,
                                           const Splitter& splitter, std::uint64_t push_credit) const {
  const Plan& plan = computation.plan;
  VirtualRank::Part part;
  part.shell = {splitter.size(rank), plan.groups, {}, push_credit != 0};
  part.shell.size.argument_bytes = std::uint64_t{part.shell.size.tasks} * sizeof(VirtualArguments);
  for (TaskGroup& group : part.shell.groups) {
    group.kernel = &virtual_kernel(group.kernel != nullptr && group.kernel->repeats != nullptr);
  }
  if (!plan.annotation.empty()) part.shell.annotations = plan.annotations;
  for (const Constant& constant : computation.expansion.graph.constants) {
    Value* value = rank == 0 ? constant.value : nullptr;
    if (constant.held != 0 && constant.rank == rank) value = kept_.at(constant.held).value.get();
    part.constants.push_back(value);
  }
  part.strips = splitter.strip_exports(rank);
  part.push_credit = shape_.size() == 1 ? 0 : push_credit;
  return part;
}

void VirtualCluster::hand_out(const Computation& computation, Splitter& splitter, std::uint64_t push_credit,
                              VirtualRun& run) {
  const auto ranks = static_cast<std::uint32_t>(shape_.size());
  RunnerOptions options{.persists = !computation.holds.empty(), .resources = resources_};
  options.under_way = ranks == 1 ? 0 : push_credit * ranks;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    options.threads = shape_[rank].threads;
    options.memory = memories_[rank];
    run.ranks.push_back(std::make_unique<VirtualRank>(
        run, rank, part_for(rank, computation, splitter, push_credit), options));
  }
  const std::vector<Repeats> repeats = this->repeats(computation);
  const std::vector<bool> are_parts = groups_of_parts(computation.plan);
  while (!splitter.done()) {
    std::vector<PlanPart> parts = splitter.next(kUnitsOfAPart);
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      make_virtual(parts[rank], repeats, are_parts);
      run.ranks[rank]->add(parts[rank]);
    }
  }
}

RunForecast VirtualCluster::run(const Computation& computation) {
  TaskGraph& graph = computation.expansion.graph;
  const Plan& plan = computation.plan;
  const bool hold = !computation.holds.empty();
  for (Constant& constant : graph.constants)
    if (constant.held != 0) constant.rank = kept_.at(constant.held).rank;
  const UnitEstimates estimates = costs_.estimate(plan, graph, costs_.result_sizes(graph));
  const Placement placement = place_on_ranks(plan, graph, estimates, {shape_, hold});
  const auto ranks = static_cast<std::uint32_t>(shape_.size());
  Splitter splitter(plan, graph, placement.rank_of_unit(),
                    {.ranks = ranks, .hold = hold, .strips = placement.strips.get()});
  VirtualRun run{
      clock_,  speed_, computation.task_ns, {}, std::vector<VirtualLine>(ranks, VirtualLine(clock_)),
      touched_};
  hand_out(computation, splitter, placement.push_credit, run);

  const std::int64_t start = clock_.now();
  run_ = &run;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    run.ranks[rank]->send_constants(splitter.constant_exports(rank));
    run.ranks[rank]->go_on();
  }
  clock_.run();
  run_ = nullptr;

  RunForecast forecast = told_by(run);
  forecast.makespan_ns = clock_.now() - start;
  forecast.results_moved = splitter.results_moved();
  forecast.bytes_moved = splitter.bytes_moved(estimates.bytes, estimates.constant_bytes);
  std::vector<GroupMeasure> measured(plan.groups.size());
  for (const auto& rank : run.ranks) {
    for (std::size_t group = 0; group < measured.size(); ++group) measured[group] += rank->measured()[group];
  }
  costs_.learn(plan.groups, estimates.bytes_touched, measured);
  if (hold) keep(computation, splitter, run);
  return forecast;
}

RunForecast VirtualCluster::told_by(const VirtualRun& run) const {
  RunForecast forecast;
  for (std::uint32_t rank = 0; rank < run.ranks.size(); ++rank) {
    TaskRunner& runner = run.ranks[rank]->runner();
    if (const auto failure = runner.progress().failure()) std::rethrow_exception(failure->error);
    if (runner.progress().units_left() != 0 || runner.plan().imports_left() != 0) {
      throw Error("forecast", "rank " + std::to_string(rank) + " of the forecast stands still",
                  "this is an error in the runtime: please report it");
    }
    const RankForecast& done = forecast.ranks.emplace_back(run.ranks[rank]->done());
    const MemoryUse use = runner.memory_use();
    forecast.memory.push_back({.limit = shape_[rank].memory_limit,
                               .peak = use.peak,
                               .spilled = use.spilled,
                               .read_back = use.read_back,
                               .made_again = use.made_again});
    forecast.tasks += done.tasks;
    forecast.units += done.units;
  }
  return forecast;
}

void VirtualCluster::keep(const Computation& computation, const Splitter& splitter, VirtualRun& run) {
  for (std::uint32_t rank = 0; rank < run.ranks.size(); ++rank) {
    std::vector<Source> positions;
    for (const Hold& hold : splitter.holds(rank)) positions.push_back({hold.position});
    const auto values = run.ranks[rank]->runner().take_persisted(positions);
    for (std::size_t i = 0; i < values.size(); ++i)
      kept_.insert_or_assign(computation.holds[splitter.holds(rank)[i].target], Kept{rank, values[i]});
  }
}

}  // namespace bask
