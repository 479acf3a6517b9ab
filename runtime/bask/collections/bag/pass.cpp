#include <bask/collections/bag/pass.hpp>
#include <bask/collections/packing.hpp>
#include <bask/core/name_list.hpp>

namespace bask::bags {

namespace {

constexpr std::uint32_t kBranches = 8;

// A step as it goes to other ranks. There, a kernel has the same hash.
struct PlannedStep {
  Key kernel;
  std::uint64_t values = 0;
};
using PassProgram = std::vector<PlannedStep>;  // the feed, the stages, the sink

TaskInputs groups_of(const Partitions& partials, std::uint32_t branches) {
  TaskInputs inputs{.sources = {partials}};
  const std::uint32_t count = partials.size();
  for (std::uint32_t first = 0; first < count || first == 0; first += branches) {
    for (std::uint32_t k = first; k < count && k < first + branches; ++k) inputs.reads.add(0, k);
    inputs.reads.end_task();
  }
  inputs.tasks = inputs.reads.tasks();
  return inputs;
}

}  // namespace

PassPtr Pass::then(const std::string& name, Step stage) const {
  auto longer = std::make_shared<Pass>(*this);
  longer->is_plain = false;
  longer->names.push_back(name);
  longer->stages.push_back(std::move(stage));
  return longer;
}

std::string step_name(std::string_view operation, std::string_view function) {
  std::string name(operation);
  if (function != "lambda") name.append("(").append(function).append(")");
  return name;
}

Partitions add_tasks(const std::string& name, const Step& step, const TaskInputs& inputs) {
  return Partitions(LayerPtr(new BagLayer(name, step.kernel, step.values, inputs)));
}

Partitions add_pass(const Pass& pass, std::string_view name, const Step& sink) {
  PassProgram program;
  Step whole{sink.kernel, {TaskRef()}};
  const auto add = [&](const Step& step) {
    program.push_back({KernelRegistry::instance()[step.kernel].hash, step.values.size()});
    whole.values.insert(whole.values.end(), step.values.begin(), step.values.end());
  };
  add(pass.feed);
  for (const Step& stage : pass.stages) add(stage);
  add(sink);
  whole.values[0] = arguments::CallPacker::stored_constant(program);
  std::vector<std::string> names = pass.names;
  if (!name.empty() || names.empty()) names.emplace_back(name.empty() ? "bag" : name);
  return add_tasks(listed(names), whole, *pass.inputs);
}

TaskRef add_tree(const std::string& name, const Partitions& partials, const Step& combine,
                 const Step& finish) {
  Partitions level = partials;
  while (level.size() > kBranches) level = add_tasks(name + "-combine", combine, groups_of(level, kBranches));
  return add_tasks(name, finish, groups_of(level, kBranches))[0];
}

PassRun::PassRun(KernelCall& call) : words_(call.arguments + sizeof(task_)) {
  std::memcpy(&task_, call.arguments, sizeof(task_));
  const auto& program = call.inputs[0].value->get<PassProgram>();
  partitions_ = call.inputs.subspan(1);
  for (const PlannedStep& step : program) {
    parts_.push_back({KernelRegistry::instance().find(step.kernel), partitions_.first(step.values)});
    partitions_ = partitions_.subspan(step.values);
  }
  sink_values_ = StepValues(parts_.back().values);
  parts_.pop_back();
}

void PassRun::run_into(Receiver& sink) const {
  const KernelRegistry& kernels = KernelRegistry::instance();
  Value none;
  const auto call = [&](KernelId kernel, auto& request) {
    KernelCall made{reinterpret_cast<const std::byte*>(&request), {}, none};
    kernels[kernel].run(made);
  };
  std::vector<std::unique_ptr<Receiver>> stages;
  Receiver* first = &sink;
  for (std::size_t k = parts_.size() - 1; k > 0; --k) {
    StageRequest request{StepValues(parts_[k].values), *first, task_};
    call(parts_[k].kernel, request);
    first = request.made.get();
    stages.push_back(std::move(request.made));
  }
  FeedRequest request{StepValues(parts_[0].values), partitions_, task_, words_, *first};
  call(parts_[0].kernel, request);
}

}  // namespace bask::bags
