// tasks.hpp: many tasks of one function as one lazy layer, described by a function of their index.
// Runs on: rank 0. Threads: any; Tasks are values.
//
//   struct Sums {  // task i adds i to the result of task i - 1
//     void operator()(std::uint32_t i, bask::TaskWriter& task) const {
//       task.argument(i);
//       if (i > 0) task.own_input(i - 1);
//     }
//   };
//   unsigned sum(unsigned i, bask::Inputs<unsigned> before) { return i + (before.empty() ? 0 : before[0]); }
//
//   auto sums = bask::tasks<sum>(100, Sums{});
//   unsigned total = sums[99].compute();  // 4950
#pragma once

#include <bask/collections/callable.hpp>
#include <bask/collections/delayed.hpp>
#include <bask/collections/inputs.hpp>
#include <bask/core/error.hpp>
#include <bask/graph/generated_layer.hpp>

#include <string>

namespace bask {

/// The tasks of one layer by index. Size: 8 bytes; copies share the layer.
template <class R>
class Tasks {
 public:
  explicit Tasks(LayerPtr layer) : layer_(std::move(layer)) {}

  std::uint32_t size() const { return layer_->size(); }
  const LayerPtr& layer() const { return layer_; }
  /// Throws: Error when there is no such task.
  Delayed<R> operator[](std::uint32_t index) const {
    if (index >= size()) {
      throw Error(
          "tasks", "index " + std::to_string(index) + " is out of range",
          size() == 0 ? "there are no tasks" : "use an index from 0 to " + std::to_string(size() - 1));
    }
    return Delayed<R>(TaskRef{layer_, index});
  }

 private:
  LayerPtr layer_;
};

namespace arguments {

template <class Signature>
struct LayerFunction;
template <class R, class A, bool kNoexcept>
struct LayerFunction<R (*)(A) noexcept(kNoexcept)> {
  using Argument = std::remove_cvref_t<A>;
  using Result = std::decay_t<R>;
};
template <class R, class A, class T, bool kNoexcept>
struct LayerFunction<R (*)(A, Inputs<T>) noexcept(kNoexcept)> : LayerFunction<R (*)(A)> {
  using Input = T;
};

/// Whether all layers that a function with Inputs<T> reads are of type T.
template <class Function, class... Ts>
concept ReadsOnlyItsInputType = sizeof...(Ts) == 0 || requires {
  typename Function::Input;
  requires(std::is_same_v<Ts, typename Function::Input> && ...);
};

template <class Function>
concept ReadsItsOwnResults = std::is_same_v<typename Function::Input, typename Function::Result>;

/// Calls F with the argument that the generator wrote and all the task's inputs. G tells the kernels, and so
/// the keys, of different generators apart.
template <auto F, class G>
struct LayerCall {
  using Function = LayerFunction<decltype(F)>;
  static void run(KernelCall& call) {
    using Argument = typename Function::Argument;
    static_assert(CopiedWhole<Argument>,
                  "bask::tasks: the function's first parameter must be trivially copyable");
    alignas(Argument) std::byte storage[sizeof(Argument)];
    std::memcpy(storage, call.arguments, sizeof(Argument));
    const auto& argument = *std::launder(reinterpret_cast<const Argument*>(storage));
    using Result = typename Function::Result;
    if constexpr (requires { typename Function::Input; }) {
      call.result.emplace<Result>(F(argument, Inputs<typename Function::Input>(call.inputs)));
    } else {
      call.result.emplace<Result>(F(argument));
    }
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add(callable::name_of_value<F>(), typeid(LayerCall).name(), &run,
                                     &value_type_of<typename Function::Result>);
};

}  // namespace arguments

/// Adds `size` tasks that call F, which is `R f(A)` or `R f(A, Inputs<T>)`. For each task, `generator` writes
/// its argument and its inputs: tasks of the same layer with smaller indices, or tasks of the layers in
/// `inputs`. Equal layers are computed once. Cost: nothing until the layer is computed, then about 10 ns a
/// task and 3 ns an input.
template <auto F, TaskGenerator G, class... Ts>
auto tasks(std::uint32_t size, const G& generator, const Tasks<Ts>&... inputs) {
  using LayerCall = arguments::LayerCall<F, G>;
  static_assert(arguments::ReadsOnlyItsInputType<typename LayerCall::Function, Ts...>,
                "bask::tasks: the layers that are read must be Tasks<T>, where the function takes Inputs<T>");
  open_layer::close();  // what is added later may refer to this layer
  const LayerKernel kernel{LayerCall::kernel, &typeid(typename LayerCall::Function::Argument),
                           arguments::ReadsItsOwnResults<typename LayerCall::Function>};
  return Tasks<typename LayerCall::Function::Result>(
      LayerPtr(new GeneratedLayer<G>(std::string(callable::name_of_value<F>()), kernel, size, generator,
                                     std::vector<LayerPtr>{inputs.layer()...})));
}

}  // namespace bask
