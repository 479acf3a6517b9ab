// sinks.hpp: what becomes of the elements at the end of a pass.
// Runs on: the rank that runs the task. Threads: each object belongs to one.
#pragma once

#include <bask/collections/bag/batch.hpp>
#include <bask/collections/bag/pass.hpp>

#include <vector>

namespace bask::bags {

template <class T>
void append(std::vector<T>& to, const AnyBatch& batch) {
  Batch<T>(batch).each([&](T& element, std::uint16_t) {
    if (batch.owned) {
      to.push_back(std::move(element));
    } else {
      to.push_back(element);
    }
  });
}

/// Makes a partition of the elements.
template <class T>
class Collect : public Sink {
 public:
  explicit Collect(StepValues&) {}
  void expect(std::size_t count) override { partition_.reserve(count); }
  void take(const AnyBatch& batch) override { append(partition_, batch); }
  std::vector<T> finish() {
    if (partition_.capacity() > partition_.size() + partition_.size() / 4) partition_.shrink_to_fit();
    return std::move(partition_);
  }

 private:
  std::vector<T> partition_;
};

/// Keeps the first elements, and then wants no more.
template <class T>
class CollectFirst : public Sink {
 public:
  explicit CollectFirst(StepValues& values) : wanted_(values.next<std::uint64_t>()) {}
  void take(const AnyBatch& batch) override {
    AnyBatch first = batch;
    first.count = std::min<std::size_t>(batch.count, wanted_ - partition_.size());
    append(partition_, first);
  }
  bool full() const override { return partition_.size() >= wanted_; }
  std::vector<T> finish() { return std::move(partition_); }

 private:
  std::uint64_t wanted_;
  std::vector<T> partition_;
};

/// An aggregate A over a partition. A is made of (StepValues&); `add(element)` takes an element and `merge`
/// what `partial()` of another one returned, in the order of the bag; `result()` is that of the whole bag.
template <class A>
class AggregateSink : public Sink {
 public:
  using T = typename A::Element;
  explicit AggregateSink(StepValues& values) : aggregate_(values) {}
  void take(const AnyBatch& batch) override {
    Batch<T>(batch).each([&](T& element, std::uint16_t) { aggregate_.add(std::as_const(element)); });
  }
  auto finish() { return aggregate_.partial(); }

 private:
  A aggregate_;
};

/// The kernels that bring the partial results of an aggregate together.
template <class A>
struct AggregateKernels {
  using Partial = decltype(std::declval<A&>().partial());
  using Result = decltype(std::declval<A&>().result());

  static A merged(KernelCall& call) {
    StepValues values(call.inputs);
    A aggregate(values);
    for (const Input& input : values.rest()) {
      if (input.last_use) {
        aggregate.merge(std::move(input.value->get_mutable<Partial>()));
      } else {
        aggregate.merge(Partial(input.value->get<Partial>()));
      }
    }
    return aggregate;
  }
  static void run_combine(KernelCall& call) { call.result.emplace<Partial>(merged(call).partial()); }
  static void run_finish(KernelCall& call) { call.result.emplace<Result>(merged(call).result()); }
  static inline const KernelId combine = KernelRegistry::instance().add(
      "bag-combine", typeid(AggregateKernels).name(), &run_combine, &value_type_of<Partial>);
  static inline const KernelId finish = KernelRegistry::instance().add(
      "bag-finish", typeid(AggregateKernels).name(), &run_finish, &value_type_of<Result>);
};

/// Adds the tasks that aggregate a bag: one pass over each partition, then a tree. `values`: what A is made
/// of.
template <class A>
TaskRef add_aggregate(const Pass& pass, const std::string& name, const std::vector<TaskRef>& values) {
  const Partitions partials = add_pass(pass, name, PassKernel<AggregateSink<A>>::sink(values));
  using Kernels = AggregateKernels<A>;
  return add_tree(name, partials, {Kernels::combine, values}, {Kernels::finish, values});
}

}  // namespace bask::bags
