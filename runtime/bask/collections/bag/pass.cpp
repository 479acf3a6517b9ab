#include <bask/collections/bag/pass.hpp>
#include <bask/collections/packing.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/name_list.hpp>

#include <algorithm>

namespace bask::bags {

namespace {

constexpr std::uint32_t kBranches = 8;

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

// A step as it goes to other ranks, where a kernel has the same hash. The steps after it follow, each with
// all that comes after it; a sink has none.
struct PlannedStep {
  Key kernel;
  std::uint64_t values = 0;
  std::uint64_t followers = 0;
  std::uint64_t number = 0;  // of a sink, among those of the pass
};
using PassProgram = std::vector<PlannedStep>;

bool equal_steps(const Step& a, const Step& b) {
  const auto same = [](const TaskRef& x, const TaskRef& y) {
    return x == y || x.layer->key(x.index) == y.layer->key(y.index);
  };
  return a.kernel == b.kernel && std::ranges::equal(a.values, b.values, same);
}

// Writes the program of one pass or several, in which equal beginnings are done once.
class PassWriter {
 public:
  explicit PassWriter(const std::vector<const WholePass*>& passes)
      : passes_(passes), whole_{{}, {TaskRef()}} {
    std::vector<std::size_t> all;
    for (std::size_t k = 0; k < passes.size(); ++k) all.push_back(k);
    write_from(passes[0]->pass.feed, all, 0);
    whole_.values[0] = arguments::CallPacker::stored_constant(program_);
  }
  const std::vector<TaskRef>& values() const { return whole_.values; }

 private:
  // The step, and what follows it in these passes, whose stages before `depth` are equal.
  void write_from(const Step& step, const std::vector<std::size_t>& members, std::size_t depth) {
    std::vector<std::vector<std::size_t>> groups;
    for (const std::size_t member : members) {
      const auto group = std::ranges::find_if(
          groups, [&](const auto& other) { return go_on_equally(member, other[0], depth); });
      if (group != groups.end()) {
        group->push_back(member);
      } else {
        groups.push_back({member});
      }
    }
    add(step.kernel, step.values, groups.size(), 0);
    for (const auto& group : groups) {
      const WholePass& pass = *passes_[group[0]];
      if (depth < pass.pass.stages.size()) {
        write_from(pass.pass.stages[depth], group, depth + 1);
      } else {
        add(pass.sink.make, pass.sink.values, 0, group[0]);
      }
    }
  }
  bool go_on_equally(std::size_t a, std::size_t b, std::size_t depth) const {
    const auto& stages = passes_[a]->pass.stages;
    const auto& others = passes_[b]->pass.stages;
    return depth < stages.size() && depth < others.size() && equal_steps(stages[depth], others[depth]);
  }
  void add(KernelId kernel, const std::vector<TaskRef>& values, std::size_t followers, std::size_t number) {
    program_.push_back({KernelRegistry::instance()[kernel].hash, values.size(), followers, number});
    whole_.values.insert(whole_.values.end(), values.begin(), values.end());
  }

  const std::vector<const WholePass*>& passes_;
  PassProgram program_;
  Step whole_;
};

// One task, while it runs.
class PassRun {
 public:
  explicit PassRun(KernelCall& call)
      : call_(call), program_(call.inputs[0].value->get<PassProgram>()), rest_(call.inputs.subspan(1)) {
    std::memcpy(&task_, call.arguments, sizeof(task_));
    const StepValues feed_values = values_of(program_[0]);
    Receiver* const first = followers_of(program_[0]);
    FeedRequest request{feed_values, rest_, task_, call.arguments + sizeof(task_), *first};
    call_kernel(program_[0], request);
  }
  void finish_into(std::size_t number, Value& result) const { sinks_[number]->finish_into(result); }
  std::size_t sinks() const { return sinks_.size(); }

 private:
  StepValues values_of(const PlannedStep& step) {
    const StepValues values(rest_.first(step.values));
    rest_ = rest_.subspan(step.values);
    return values;
  }
  Receiver* followers_of(const PlannedStep& step) {
    if (step.followers == 1) return next_step();
    std::vector<Receiver*> branches;
    for (std::uint64_t k = 0; k < step.followers; ++k) branches.push_back(next_step());
    stages_.push_back(std::make_unique<Fork>(std::move(branches)));
    return stages_.back().get();
  }
  Receiver* next_step() {
    const PlannedStep& step = program_[++position_];
    const StepValues values = values_of(step);
    if (step.followers == 0) {
      SinkRequest request{values};
      call_kernel(step, request);
      if (sinks_.size() <= step.number) sinks_.resize(step.number + 1);
      sinks_[step.number] = std::move(request.made);
      return sinks_[step.number].get();
    }
    StageRequest request{values, *followers_of(step), task_};
    call_kernel(step, request);
    stages_.push_back(std::move(request.made));
    return stages_.back().get();
  }
  template <class Request>
  void call_kernel(const PlannedStep& step, Request& request) {
    const KernelRegistry& kernels = KernelRegistry::instance();
    KernelCall call{reinterpret_cast<const std::byte*>(&request), {}, call_.result};
    kernels[kernels.find(step.kernel)].run(call);
  }

  KernelCall& call_;
  const PassProgram& program_;
  std::span<const Input> rest_;
  std::uint64_t task_ = 0;
  std::size_t position_ = 0;
  std::vector<std::unique_ptr<Receiver>> stages_;
  std::vector<std::unique_ptr<Sink>> sinks_;
};

void run_together(KernelCall& call) {
  const PassRun pass(call);
  SharedResults results;
  results.values.resize(pass.sinks());
  for (std::size_t k = 0; k < pass.sinks(); ++k) pass.finish_into(k, results.values[k]);
  call.result.emplace<SharedResults>(std::move(results));
}
const KernelId kTogether =
    KernelRegistry::instance().add("bag-passes", "bask::bags", &run_together, &value_type_of<SharedResults>);

}  // namespace

PassPtr Pass::then(const std::string& name, Step stage) const {
  auto longer = std::make_shared<Pass>(*this);
  longer->is_plain = false;
  longer->annotations = overlay(annotations, annotate::current());
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
  return Partitions(
      LayerPtr(new BagLayer(name, step.kernel, step.values, std::make_shared<const TaskInputs>(inputs))));
}

Partitions add_pass(const Pass& pass, std::string_view name, SinkStep sink) {
  std::vector<std::string> names = pass.names;
  if (!name.empty() || names.empty()) names.emplace_back(name.empty() ? "bag" : name);
  auto whole = std::make_shared<const WholePass>(WholePass{pass, std::move(sink), std::move(names)});
  const std::vector<TaskRef> values = PassWriter({whole.get()}).values();
  const std::string list = listed(whole->names);
  const KernelId kernel = whole->sink.pass;
  return Partitions(LayerPtr(new BagLayer(list, kernel, values, pass.inputs, std::move(whole),
                                          overlay(pass.annotations, annotate::current()))));
}

std::optional<Key> shared_beginning(const WholePass& whole) {
  const Pass& pass = whole.pass;
  // What waits for other tasks may wait for those of the other passes.
  const auto waits = [](const std::vector<TaskRef>& values) {
    return std::ranges::any_of(values, [](const TaskRef& ref) { return ref.layer->sequence() != 0; });
  };
  if (waits(pass.feed.values) || waits(whole.sink.values)) return std::nullopt;
  if (std::ranges::any_of(pass.stages, waits, &Step::values)) return std::nullopt;
  ByteWriter content;
  const auto write = [&](const Step& step) {
    content.write_raw(KernelRegistry::instance()[step.kernel].hash);
    for (const TaskRef& ref : step.values) content.write_raw(ref.layer->key(ref.index));
  };
  write(pass.feed);
  // Partitions that are there cost nothing to read twice.
  const bool reads_results = pass.inputs->sources.size() == 1 && pass.inputs->reads_in_order();
  if (reads_results && pass.stages.empty()) return std::nullopt;
  if (reads_results) write(pass.stages[0]);
  return hash_bytes(content.bytes());
}

LayerPtr pass_together(const std::vector<const WholePass*>& passes) {
  std::vector<std::string> names = passes[0]->names;
  for (const WholePass* pass : passes) {
    const auto ends = std::ranges::mismatch(names, pass->names);
    names.erase(ends.in1, names.end());
  }
  const auto common = static_cast<std::ptrdiff_t>(names.size());
  for (const WholePass* pass : passes)
    names.insert(names.end(), pass->names.begin() + common, pass->names.end());
  return LayerPtr(new BagLayer(listed(names), kTogether, PassWriter(passes).values(), passes[0]->pass.inputs,
                               nullptr, Annotations()));
}

TaskRef add_tree(const std::string& name, const Partitions& partials, const Step& combine,
                 const Step& finish) {
  Partitions level = partials;
  while (level.size() > kBranches) level = add_tasks(name + "-combine", combine, groups_of(level, kBranches));
  return add_tasks(name, finish, groups_of(level, kBranches))[0];
}

void run_pass(KernelCall& call) {
  PassRun(call).finish_into(0, call.result);
}

std::size_t SharedResults::held_bytes() const {
  std::size_t bytes = values.capacity() * sizeof(Value);
  for (const Value& value : values) bytes += value.heap_bytes();
  return bytes;
}

std::string SharedResults::encoded() const {
  ByteWriter bytes;
  bytes.write_raw(std::uint64_t{values.size()});
  for (const Value& value : values) {
    bytes.write_raw(value.type()->number());
    value.type()->encode(bytes, value.object());
  }
  return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.size()};
}

void SharedResults::decode_from(const std::string& bytes) {
  ByteReader reader(std::as_bytes(std::span(bytes.data(), bytes.size())));
  const std::size_t count = reader.read_count(sizeof(std::uint32_t));
  for (std::size_t k = 0; k < count; ++k) {
    const ValueType& type = TypeRegistry::instance()[reader.read_raw<std::uint32_t>()];
    values.push_back(type.decode(reader));
  }
}

}  // namespace bask::bags
