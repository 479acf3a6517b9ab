// partition_operations.hpp: bags made of whole partitions of bags.
// Runs on: rank 0; kernels on the rank of their task. Threads: any.
#pragma once

#include <bask/collections/bag/transform.hpp>

namespace bask {

namespace bags {

/// Calls F with a partition.
template <class F, class T>
struct MapPartitions {
  using Result = Returned<F, const std::vector<T>&>;
  static void run(KernelCall& call) {
    StepValues values(call.inputs);
    const F function(values);
    const Input& input = values.rest()[0];
    if constexpr (F::template kTakesOwn<std::vector<T>>) {
      if (input.last_use) {
        call.result.emplace<Result>(function(std::move(input.value->template get_mutable<std::vector<T>>())));
        return;
      }
    }
    call.result.emplace<Result>(function(input.value->template get<std::vector<T>>()));
  }
  static inline const KernelId kernel = KernelRegistry::instance().add(
      "bag-map-partitions", typeid(MapPartitions).name(), &run, &value_type_of<Result>);
};

template <class List>
inline constexpr bool is_vector = false;
template <class U>
inline constexpr bool is_vector<std::vector<U>> = true;

/// Folds a partition beginning with what came before it, if anything did.
template <class Binop, class T, class R, bool kInitial>
struct Accumulate {
  explicit Accumulate(KernelCall& call) : values(call.inputs), binop(values) {
    std::span<const Input> inputs = values.rest();
    if constexpr (kInitial) {
      so_far = inputs[0].value->template get<R>();
      inputs = inputs.subspan(1);
    }
    std::uint64_t reads_before;
    std::memcpy(&reads_before, call.arguments + sizeof(std::uint64_t), sizeof(reads_before));
    is_first = reads_before == 0;
    if (reads_before != 0) so_far = inputs[0].value->template get<std::optional<R>>();
    partition = &inputs.back().value->template get<std::vector<T>>();
  }
  void add(const T& element) {
    if constexpr (kInitial) {
      so_far = static_cast<R>(binop(R(*so_far), element));
    } else {
      so_far = so_far ? static_cast<R>(binop(R(*so_far), element)) : static_cast<R>(element);
    }
  }
  static void run_carry(KernelCall& call) {
    Accumulate state(call);
    for (const T& element : *state.partition) state.add(element);
    call.result.emplace<std::optional<R>>(std::move(state.so_far));
  }
  static void run_list(KernelCall& call) {
    Accumulate state(call);
    auto& list = call.result.emplace<std::vector<R>>();
    list.reserve(state.partition->size() + 1);
    if (kInitial && state.is_first) list.push_back(*state.so_far);
    for (const T& element : *state.partition) {
      state.add(element);
      list.push_back(*state.so_far);
    }
  }
  static inline const KernelId carry = KernelRegistry::instance().add(
      "bag-carry", typeid(Accumulate).name(), &run_carry, &value_type_of<std::optional<R>>);
  static inline const KernelId list = KernelRegistry::instance().add(
      "bag-accumulate", typeid(Accumulate).name(), &run_list, &value_type_of<std::vector<R>>);

  StepValues values;
  Binop binop;
  std::optional<R> so_far;
  bool is_first = false;
  const std::vector<T>* partition = nullptr;
};

/// What a fold of T by Binop from an initial value of type I, if there is one, results in.
template <class Binop, class T, class... I>
struct FoldTypes {
  using Result = T;
};
template <class Binop, class T, class I>
struct FoldTypes<Binop, T, I> {
  static_assert(Binop::template kFits<I, const T&>,
                "bask: the function does not fit: it is called as binop(so_far, element), where so_far "
                "begins as the initial value");
  using Result = Returned<Binop, I, const T&>;
};

/// The initial value as a task reads it.
template <class R, class Initial>
TaskRef initial_of(const Initial& initial) {
  using Lazy = decltype(delayed(initial));
  if constexpr (std::is_same_v<typename Lazy::value_type, R>) {
    return delayed(initial).ref();
  } else if constexpr (arguments::is_delayed<Initial>) {
    return delayed([](const typename Lazy::value_type& value) { return R(value); })(initial).ref();
  } else {
    return delayed(R(initial)).ref();
  }
}
template <class Initial>
using InitialType = typename decltype(delayed(std::declval<const Initial&>()))::value_type;

}  // namespace bags

template <class T>
template <class F>
auto Bag<T>::map_partitions_by(const F& function) const {
  using OnRank = typename F::OnRank;
  static_assert(OnRank::template kFits<const Partition&>,
                "bask: the function does not fit: bag.map_partitions<f>(x) calls f(partition, x), where the "
                "partition is a std::vector of the elements, by const reference or by value");
  if constexpr (OnRank::template kFits<const Partition&>) {
    using Result = typename bags::MapPartitions<OnRank, T>::Result;
    static_assert(bags::is_vector<Result>,
                  "bask: a function of partitions must return a std::vector, of one element if need be");
    using U = typename Result::value_type;
    const bags::Partitions read = partitions();
    const std::string name = bags::step_name("map_partitions", function.name());
    return Bag<U>(bags::add_tasks(name, {bags::MapPartitions<OnRank, T>::kernel, function.values},
                                  {.sources = {read}, .tasks = read.size()}));
  } else {
    return Bag();
  }
}
template <class T>
template <auto F, class... As>
auto Bag<T>::map_partitions(const As&... beside) const {
  return map_partitions_by(bags::fixed<FunctionCallee<F>>(beside...));
}
template <class T>
template <AnyFunction F, class... As>
auto Bag<T>::map_partitions(const F& function, const As&... beside) const {
  if constexpr (bags::goes_to_bags<F>()) {
    return map_partitions_by(bags::object(function, beside...));
  } else {
    return Bag();
  }
}

// The carry of each partition needs that of the one before, and so takes a chain of tasks; what it is added
// to does not.
template <class T>
template <class Binop, class... Initial>
auto Bag<T>::accumulate_by(const Binop& binop, const Initial&... initial) const {
  using OnRank = typename Binop::OnRank;
  using R = typename bags::FoldTypes<OnRank, T, bags::InitialType<Initial>...>::Result;
  using Accumulate = bags::Accumulate<OnRank, T, R, sizeof...(Initial) != 0>;
  std::vector<TaskRef> values = binop.values;
  (values.push_back(bags::initial_of<R>(initial)), ...);
  const bags::Partitions read = partitions();
  const bags::Partitions carried =
      bags::add_tasks("accumulate-carry", {Accumulate::carry, values}, bags::after_each_other(read, nullptr));
  return Bag<R>(
      bags::add_tasks("accumulate", {Accumulate::list, values}, bags::after_each_other(read, &carried)));
}
template <class T>
template <auto Binop, class... Initial>
auto Bag<T>::accumulate(const Initial&... initial) const {
  return accumulate_by(bags::fixed<FunctionCallee<Binop>>(), initial...);
}
template <class T>
template <AnyFunction Binop, class... Initial>
auto Bag<T>::accumulate(const Binop& binop, const Initial&... initial) const {
  if constexpr (bags::goes_to_bags<Binop>()) {
    return accumulate_by(bags::object(binop), initial...);
  } else {
    return Bag();
  }
}

template <class T>
template <class U>
Bag<std::tuple<T, U>> Bag<T>::product(const Bag<U>& other) const {
  auto inputs = std::make_shared<const bags::TaskInputs>(bags::crossed(partitions(), other.partitions()));
  return Bag<std::tuple<T, U>>(std::make_shared<const bags::Pass>(
      bags::Pass{std::move(inputs), {bags::FeedKernel<bags::feed_product<T, U>>::kernel}, {}, {"product"}}));
}

template <class T>
Bag<T> Bag<T>::repartition(const PartitionOptions& options) const {
  bags::TaskInputs inputs = bags::repartitioned(partitions(), options);
  const bags::Step feed{inputs.words.empty() ? bags::FeedKernel<bags::feed_partitions<T>>::kernel
                                             : bags::FeedKernel<bags::feed_part<T>>::kernel};
  return Bag(std::make_shared<const bags::Pass>(
      bags::Pass{std::make_shared<const bags::TaskInputs>(std::move(inputs)), feed, {}, {"repartition"}}));
}

}  // namespace bask
