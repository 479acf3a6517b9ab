// pass.hpp: a chain of operations on the elements of a bag as one pass over each partition: a feed, which
// reads the elements, stages, and a sink, which makes the task's result of them.
// Runs on: described on rank 0, run on the rank of the task. Threads: any; a Pass never changes.
#pragma once

#include <bask/collections/bag/bag_layer.hpp>
#include <bask/collections/bag/batch.hpp>
#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

namespace bask::bags {

/// One part of a pass: a kernel that makes it, and the values that it is made with.
struct Step {
  KernelId kernel;
  std::vector<TaskRef> values{};
};

/// What a bag is made of, and is not there yet.
struct Pass {
  std::shared_ptr<const TaskInputs> inputs;  ///< shared by all bags that begin with the same feed
  Step feed;
  std::vector<Step> stages{};
  std::vector<std::string> names{};  ///< what its steps do
  /// Whether the partitions are those of the one source, as they are.
  bool is_plain = false;
  /// What was in force where its operations were written.
  Annotations annotations = annotate::current();

  std::uint32_t tasks() const { return inputs->tasks; }
  /// The same with one more stage.
  std::shared_ptr<const Pass> then(const std::string& name, Step stage) const;
};
using PassPtr = std::shared_ptr<const Pass>;

/// "map(increment)"; "map" for a lambda.
std::string step_name(std::string_view operation, std::string_view function);

/// The end of a pass.
struct SinkStep {
  KernelId pass;  ///< of tasks that end so
  KernelId make;  ///< of the sink
  KernelId pick;  ///< of tasks that take its result out of SharedResults
  std::vector<TaskRef> values{};
};
/// All that the tasks of a layer do.
struct WholePass {
  Pass pass;
  SinkStep sink;
  std::vector<std::string> names;
};

/// Adds the layer whose tasks run the pass into the sink. `name`: what the sink does; empty: nothing of note.
/// When several such layers of the same feed are computed together, there is one pass for all, in which what
/// they begin with is done once.
Partitions add_pass(const Pass& pass, std::string_view name, SinkStep sink);
/// The layer that does the work of all of these passes, which have the same inputs and feed.
LayerPtr pass_together(const std::vector<const WholePass*>& passes);
/// What has to be equal for that, beside the inputs; nothing where it would save nothing.
std::optional<Key> shared_beginning(const WholePass& pass);
/// Adds a layer of tasks that call the kernel with `step.values` and what `inputs` says.
Partitions add_tasks(const std::string& name, const Step& step, const TaskInputs& inputs);
/// Adds the tasks that combine partial results, eight at a time, in order, until one is left; the last is
/// made by `finish`. Depends on the number of partial results only.
TaskRef add_tree(const std::string& name, const Partitions& partials, const Step& combine,
                 const Step& finish);

/// The values that a step is made with, one after the other.
class StepValues {
 public:
  explicit StepValues(std::span<const Input> inputs) : inputs_(inputs) {}
  template <class V>
  const V& next() {
    const V& value = inputs_.front().value->template get<V>();
    inputs_ = inputs_.subspan(1);
    return value;
  }
  /// What is left.
  std::span<const Input> rest() const { return inputs_; }

 private:
  std::span<const Input> inputs_;
};

/// The kernel of a stage is called with this as its arguments.
struct StageRequest {
  StepValues values;
  Receiver& next;
  std::uint64_t task;  ///< its index in the layer
  std::unique_ptr<Receiver> made{};
};
/// The kernel of a feed is called with this as its arguments.
struct FeedRequest {
  StepValues values;
  std::span<const Input> partitions;
  std::uint64_t task;
  const std::byte* words;
  Receiver& first;

  std::uint64_t word(std::size_t k) const {
    std::uint64_t value;
    std::memcpy(&value, words + k * sizeof(value), sizeof(value));
    return value;
  }
};
template <class Request>
Request& request_of(KernelCall& call) {
  return *reinterpret_cast<Request*>(const_cast<std::byte*>(call.arguments));
}

/// A class that is made of (StepValues&, Receiver& next, task) as a stage, registered before main.
template <class S>
struct StageKernel {
  static void run(KernelCall& call) {
    auto& request = request_of<StageRequest>(call);
    request.made = std::make_unique<S>(request.values, request.next, request.task);
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add("bag-stage", typeid(StageKernel).name(), &run);
};
/// A function of a FeedRequest as a feed.
template <auto F>
struct FeedKernel {
  static void run(KernelCall& call) { F(request_of<FeedRequest>(call)); }
  static inline const KernelId kernel =
      KernelRegistry::instance().add("bag-feed", typeid(FeedKernel).name(), &run);
};

/// The kernel of a sink is called with this as its arguments.
struct SinkRequest {
  StepValues values;
  std::unique_ptr<Sink> made{};
};

/// The results of the sinks of one pass for several layers.
class SharedResults {
 public:
  std::vector<Value> values;

  std::size_t held_bytes() const;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    std::string bytes;
    if constexpr (Archive::is_saving::value) bytes = encoded();
    archive& bytes;
    if constexpr (Archive::is_loading::value) decode_from(bytes);
  }

 private:
  std::string encoded() const;
  void decode_from(const std::string& bytes);
};

/// Runs a task of a pass with one sink.
void run_pass(KernelCall& call);

/// The kernels of a sink S: a Sink made of (StepValues&), whose finish() returns the result.
template <class S>
struct PassKernel {
  using Result = decltype(std::declval<S&>().finish());
  struct Made final : S {
    using S::S;
    void finish_into(Value& result) override { result.emplace<Result>(S::finish()); }
  };
  static SinkStep sink(std::vector<TaskRef> values = {}) { return {pass, make, pick, std::move(values)}; }

 private:
  static void run_make(KernelCall& call) {
    auto& request = request_of<SinkRequest>(call);
    request.made = std::make_unique<Made>(request.values);
  }
  static void run_pick(KernelCall& call) {
    std::uint32_t number;
    std::memcpy(&number, call.arguments, sizeof(number));
    const Input& all = call.inputs[0];
    if (all.last_use) {
      Value& own = all.value->template get_mutable<SharedResults>().values[number];
      call.result.emplace<Result>(std::move(own.template get_mutable<Result>()));
    } else {
      const Value& own = all.value->template get<SharedResults>().values[number];
      call.result.emplace<Result>(own.template get<Result>());
    }
  }
  static KernelId add(const char* name, void (*run)(KernelCall&), const ValueType* result) {
    return KernelRegistry::instance().add(name, typeid(PassKernel).name(), run, result);
  }
  static inline const KernelId pass = add("bag-pass", &run_pass, &value_type_of<Result>);
  static inline const KernelId make = add("bag-sink", &run_make, nullptr);
  static inline const KernelId pick = add("bag-pick", &run_pick, &value_type_of<Result>);
};

}  // namespace bask::bags
