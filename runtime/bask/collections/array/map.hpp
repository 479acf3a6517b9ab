// map.hpp: a user's own function of elements as an operation of strip programs.
// Runs on: made on rank 0, called on every rank. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/callable.hpp>

namespace bask {

namespace maps {

/// Whether the callee is a function of elements of these types; where it is not, the compiler says why.
template <class Callee, class... Es>
constexpr bool takes_elements() {
  constexpr bool kFits = requires(const Es&... elements) {
    Callee::call(elements...);
  };
  static_assert(
      kFits,
      "bask: the function does not fit the arrays: map<f>(x, y) calls f with one element of each, of "
      "the arrays' types");
  if constexpr (kFits) {
    constexpr bool kReturns = Element<std::decay_t<decltype(Callee::call(std::declval<const Es&>()...))>>;
    static_assert(kReturns, "bask: a function of elements must return a bool, a number or a complex number");
    return kReturns;
  } else {
    return false;
  }
}

/// The callee over strips: a kernel that is called with a MapStrip.
template <class Callee, class... Es>
struct MapCall {
  using Result = std::decay_t<decltype(Callee::call(std::declval<const Es&>()...))>;
  static void run(KernelCall& call) {
    const auto& strip = *reinterpret_cast<const MapStrip*>(call.arguments);
    over(strip, std::index_sequence_for<Es...>{});
  }
  template <std::size_t... I>
  static void over(const MapStrip& strip, std::index_sequence<I...>) {
    auto* out = static_cast<Result*>(strip.out);
    for (std::size_t i = 0; i < strip.count; ++i)
      out[i] = Callee::call(static_cast<const Es*>(strip.in[I])[i]...);
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add(Callee::name(), typeid(MapCall).name(), &run);
};

template <class Callee, class... Es>
auto call(const std::vector<ArrayPtr>& operands) {
  static_assert(sizeof...(Es) <= kMostOperands, "bask: map takes up to eight arrays");
  if constexpr (takes_elements<Callee, Es...>()) {
    using Mapped = MapCall<Callee, Es...>;
    return Array<typename Mapped::Result>(lazy::map(Mapped::kernel, {}, std::string(Callee::name()),
                                                    dtype_of<typename Mapped::Result>(), operands));
  } else {
    return Array<double>();
  }
}
template <class Callee, class... Es>
auto map(const Array<Es>&... arrays) {
  return call<Callee, Es...>({arrays.node()...});
}

template <class Callee, std::size_t... I>
auto from_indices(const Chunks& grid, std::index_sequence<I...>) {
  return call<Callee, std::conditional_t<(I >= 0), std::int64_t, void>...>({lazy::iota(grid, I)...});
}

/// How many axes the function takes.
template <class Callee, std::size_t kAxes>
constexpr std::size_t axes_of() {
  static_assert(kAxes <= kMostOperands,
                "bask::from_function: the function takes one index for each axis, up to eight");
  if constexpr ([]<std::size_t... I>(std::index_sequence<I...>) {
                  return requires {
                    Callee::call(std::int64_t(I)...);
                  };
                }(std::make_index_sequence<kAxes>{})) {
    return kAxes;
  } else {
    return axes_of<Callee, kAxes + 1>();
  }
}

template <class Callee>
auto from_function(const Shape& shape, const ChunkSpec& chunks) {
  constexpr std::size_t kAxes = axes_of<Callee, 1>();
  if (shape.size() != kAxes) {
    throw Error("array::from_function",
                "the function takes " + std::to_string(kAxes) + " indices, shape " + text_of(shape) +
                    " has " + std::to_string(shape.size()) + " axes",
                "give a function with one parameter for each axis");
  }
  const UserCall call(Callee::name());
  return from_indices<Callee>(chunks.of(shape, 8, "array::from_function"), std::make_index_sequence<kAxes>{});
}

}  // namespace maps

/// F(a, b, …) of the elements of the arrays. F is a template argument or a captureless lambda.
template <auto F, class... Es>
auto map(const Array<Es>&... arrays) {
  return maps::map<FunctionCallee<F>>(arrays...);
}
template <AnyFunction F, class... Es>
auto map(const F&, const Array<Es>&... arrays) {
  if constexpr (goes_to_arrays<F>()) {
    return maps::map<ObjectCallee<F>>(arrays...);
  } else {
    return Array<double>();
  }
}

}  // namespace bask
