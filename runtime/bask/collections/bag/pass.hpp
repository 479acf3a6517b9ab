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

  std::uint32_t tasks() const { return inputs->tasks; }
  /// The same with one more stage.
  std::shared_ptr<const Pass> then(const std::string& name, Step stage) const;
};
using PassPtr = std::shared_ptr<const Pass>;

/// "map(increment)"; "map" for a lambda.
std::string step_name(std::string_view operation, std::string_view function);

/// Adds the layer whose tasks run the pass into the sink. `name`: what the sink does; empty: nothing of note.
Partitions add_pass(const Pass& pass, std::string_view name, const Step& sink);
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

/// One task of a pass, while it runs.
class PassRun {
 public:
  explicit PassRun(KernelCall& call);
  StepValues sink_values() const { return sink_values_; }
  /// Makes the stages before the sink, and sends all elements through them.
  void run_into(Receiver& sink) const;

 private:
  struct Part {
    KernelId kernel;
    std::span<const Input> values;
  };
  const std::byte* words_;
  std::uint64_t task_;
  std::vector<Part> parts_;  // the feed, the stages
  StepValues sink_values_{{}};
  std::span<const Input> partitions_;
};

/// The kernel of tasks that end in a sink: a Receiver that is made of (StepValues&), whose finish() returns
/// the result.
template <class S>
struct PassKernel {
  using Result = decltype(std::declval<S&>().finish());
  static void run(KernelCall& call) {
    const PassRun pass(call);
    StepValues values = pass.sink_values();
    S sink(values);
    pass.run_into(sink);
    call.result.emplace<Result>(sink.finish());
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add("bag-pass", typeid(PassKernel).name(), &run, &value_type_of<Result>);
};

}  // namespace bask::bags
