// call.hpp: a lazy call becomes a kernel, registered before main, and a task.
// Runs on: tasks are added on rank 0, kernels run on every rank. Threads: any.
#pragma once

#include <bask/collections/argument.hpp>
#include <bask/collections/callable.hpp>
#include <bask/graph/explicit_layer.hpp>
#include <bask/graph/kernel.hpp>

#include <chrono>
#include <map>
#include <string>
#include <variant>

namespace bask {

/// How a lazy call is made, like the keyword arguments of `dask.delayed`. See Annotations for the last six.
struct DelayedOptions {
  std::string name{};  ///< the name of the task; that of its function when empty
  bool pure = false;   ///< equal calls are one task
  std::optional<int> priority{};
  std::optional<int> retries{};
  std::optional<bool> checkpoint{};
  std::map<std::string, double> resources{};
  std::optional<std::uint64_t> memory{};
  std::optional<std::chrono::nanoseconds> timeout{};
};

namespace arguments {

template <class Signature, class Arrived, std::size_t I>
decltype(auto) pass_to(Arrived& arrived) {
  if constexpr (Signature::known) {
    using Parameters = typename Signature::Parameters;
    if constexpr (I < std::tuple_size_v<Parameters>) {
      return arrived.template pass<typename std::tuple_element_t<I, Parameters>::type>();
    } else {
      return arrived.pass_untyped();
    }
  } else {
    return arrived.pass_untyped();
  }
}

/// One callee with arguments of these types: all that a kernel needs to know.
template <class Callee, class... As>
struct Call {
  template <class A>
  using Arrived = decltype(Argument<A>::unpack(std::declval<CallUnpacker&>()));
  using Signature = typename Callee::Signature;

  template <std::size_t... I>
  static auto invoker(std::index_sequence<I...>) -> std::type_identity<
      decltype(Callee::call(pass_to<Signature, Arrived<As>, I>(std::declval<Arrived<As>&>())...))>;
  static constexpr bool kFits = requires { invoker(std::index_sequence_for<As...>{}); };

  // Returns by value: a reference may point into the arguments, which end with this call.
  static auto invoke(CallUnpacker& unpacker) {
    std::tuple<Arrived<As>...> arrived{Argument<As>::unpack(unpacker)...};
    return [&]<std::size_t... I>(std::index_sequence<I...>)->decltype(auto) {
      return Callee::call(pass_to<Signature, Arrived<As>, I>(std::get<I>(arrived))...);
    }
    (std::index_sequence_for<As...>{});
  }

  // The type that the task's Value holds.
  static auto held() {
    using Returned = typename decltype(invoker(std::index_sequence_for<As...>{}))::type;
    return std::type_identity<
        std::conditional_t<std::is_void_v<Returned>, std::monostate, std::decay_t<Returned>>>();
  }
  static void run(KernelCall& call) {
    CallUnpacker unpacker(call.arguments, call.inputs);
    using Held = typename decltype(held())::type;
    if constexpr (std::is_same_v<Held, std::monostate>) {
      invoke(unpacker);
      call.result.emplace<std::monostate>();
    } else {
      call.result.emplace<Held>(invoke(unpacker));
    }
  }

  static inline const KernelId kernel = KernelRegistry::instance().add(
      Callee::name(), typeid(Call).name(), &run, &value_type_of<typename decltype(held())::type>);
};

/// The handle to the result of a task whose function returns R.
template <class R>
using DelayedResult = Delayed<std::conditional_t<std::is_void_v<R>, void, std::decay_t<R>>>;

/// Adds the task. Returns a handle to its result.
template <class Callee, class... As>
auto add_call(const DelayedOptions& options, const As&... arguments) {
  using ThisCall = Call<Callee, As...>;
  static_assert(ThisCall::kFits,
                "bask::delayed: these arguments do not fit the function's parameters. A Delayed<T> arrives "
                "as const T&, or "
                "as T where the parameter is a T; a parameter cannot be a non-const reference, because "
                "results never change");
  if constexpr (ThisCall::kFits) {
    using R = typename decltype(ThisCall::invoker(std::index_sequence_for<As...>{}))::type;
    static_assert(!is_delayed<std::decay_t<R>>,
                  "bask::delayed: a task cannot return a Delayed: return the value");
    static_assert(std::is_void_v<R> || Serializable<std::decay_t<R>>,
                  "bask::delayed: the function's result cannot go to another rank: pointers and views never "
                  "travel, and a "
                  "class needs to be trivially copyable or to have a Boost.Serialization `serialize` member");
    thread_local CallPacker packer;
    packer.clear();
    (Argument<As>::pack(arguments, packer), ...);
    const NewTask task{.kernel = ThisCall::kernel,
                       .arguments = packer.bytes(),
                       .inputs = packer.inputs(),
                       .name = options.name,
                       .pure = options.pure,
                       .number = options.pure ? 0 : open_layer::next_number()};
    const Annotations annotations{.priority = options.priority,
                                  .retries = options.retries,
                                  .checkpoint = options.checkpoint,
                                  .resources = options.resources,
                                  .memory = options.memory,
                                  .timeout = options.timeout};
    DelayedResult<R> result(open_layer::append(task, annotations));
    packer.clear();  // so that it no longer holds large constants
    return result;
  }
}

}  // namespace arguments

/// A function made lazy: calling it adds a task.
template <class Callee>
class DelayedFunction {
 public:
  explicit DelayedFunction(DelayedOptions options) : options_(std::move(options)) {}

  template <class... As>
  auto operator()(const As&... arguments) const {
    return arguments::add_call<Callee, std::decay_t<const As&>...>(options_, arguments...);
  }

 private:
  DelayedOptions options_;
};

/// The same for a function object with state.
template <class F>
class DelayedObject {
 public:
  DelayedObject(F object, DelayedOptions options)
      : object_(std::move(object)), options_(std::move(options)) {}

  template <class... As>
  auto operator()(const As&... arguments) const {
    return arguments::add_call<StatefulCallee<F>, F, std::decay_t<const As&>...>(options_, object_,
                                                                                 arguments...);
  }

 private:
  F object_;
  DelayedOptions options_;
};

}  // namespace bask
