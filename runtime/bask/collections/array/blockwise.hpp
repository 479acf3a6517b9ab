// blockwise.hpp: the user's own functions of whole blocks, with Dask's names: map_blocks, map_overlap,
// blockwise and reduction. A function takes an `NdView<const E>` of each array, dense and in C order, and
// returns an `NdArray<U>`; if it has one more parameter, that is a `BlockInfo`.
// Runs on: rank 0; the functions run on every rank. Threads: any.
//
//   bask::NdArray<double> smooth(bask::NdView<const double> x);
//   auto y = bask::map_overlap<smooth>(x, {.depth = {1}, .boundary = {bask::Boundary::kPeriodic}});
//
// The function is a template argument, or a captureless lambda as the first argument.
// Cost: one task per block of the result, which computes its operands' elements as well; a block that is
// there already is not copied.
// Throws: Error when shapes do not fit each other or are unknown. A task fails when its function returns a
// block of another shape than the result has in its place.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/operations/block_mapping.hpp>
#include <bask/collections/callable.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace bask {

namespace blocks {

template <class R>
struct ElementOfResult : std::type_identity<void> {};
template <class U>
struct ElementOfResult<NdArray<U>> : std::type_identity<U> {};

template <class Callee, class... Es>
struct BlockFunction {
  static constexpr bool kTakesInfo = requires(const NdView<const Es>&... views, const BlockInfo& info) {
    Callee::call(views..., info);
  };
  static auto call(const NdView<const Es>&... views, [[maybe_unused]] const BlockInfo& info) {
    if constexpr (kTakesInfo) {
      return Callee::call(views..., info);
    } else {
      return Callee::call(views...);
    }
  }
  using Returned =
      std::decay_t<decltype(call(std::declval<const NdView<const Es>&>()..., std::declval<BlockInfo>()))>;
  using Result = typename ElementOfResult<Returned>::type;

  static Block run(const BlockCall<BlockMapping>& task) {
    const OperandBlocks operands(task.description(), task.task(), task.call);
    const BlockInfo info = kTakesInfo ? task.description().info(task.task()) : BlockInfo();
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return operands.finished(call(operands.view<Es>(I)..., info).release());
    }
    (std::index_sequence_for<Es...>());
  }
  static Array<Result> over(lazy::PlannedBlocks planned, const std::string& name = "") {
    return Array<Result>(
        lazy::map_blocks(std::move(planned), name.empty() ? std::string(Callee::name()) : name,
                         dtype_of<Result>(), &BlockTasks<&BlockFunction::run>::add, &lazy::part_of_operand));
  }
};

/// Whether the callee is a function of blocks of these types; where it is not, the compiler says why.
template <class Callee, class... Es>
constexpr bool takes_blocks() {
  constexpr bool kFits = requires(const NdView<const Es>&... views, const BlockInfo& info) {
    Callee::call(views..., info);
  }
  || requires(const NdView<const Es>&... views) {
    Callee::call(views...);
  };
  static_assert(
      kFits,
      "bask: a function of blocks takes an NdView<const E> of each array, and a BlockInfo if it has "
      "one more parameter");
  if constexpr (kFits) {
    constexpr bool kReturns = !std::is_void_v<typename BlockFunction<Callee, Es...>::Result>;
    static_assert(kReturns, "bask: a function of blocks returns an NdArray");
    return kReturns;
  } else {
    return false;
  }
}

template <class Callee, class... Es>
auto over(lazy::PlannedBlocks planned, const std::string& name = "") {
  if constexpr (takes_blocks<Callee, Es...>()) {
    return BlockFunction<Callee, Es...>::over(std::move(planned), name);
  } else {
    return Array<double>();
  }
}

template <class Callee, class... Es>
auto map(const MapBlocksOptions& options, const Array<Es>&... arrays) {
  return over<Callee, Es...>(lazy::plan_map_blocks({arrays.node()...}, options), options.name);
}
template <class Callee, class... Es>
auto overlap(const Overlap& overlap, const Array<Es>&... arrays) {
  return over<Callee, Es...>(lazy::plan_overlap({arrays.node()...}, overlap));
}
/// Whether each array is followed by its indices.
template <class... Arguments>
inline constexpr bool are_pairs = sizeof...(Arguments) == 0;
template <class E, class Indices, class... Others>
inline constexpr bool are_pairs<Array<E>, Indices, Others...> =
    std::is_convertible_v<const Indices&, std::string_view>&& are_pairs<Others...>;

template <class Callee, std::size_t... I>
auto by_index_pairs(std::string_view out, std::index_sequence<I...>, const auto& arguments) {
  return over<Callee, typename std::decay_t<decltype(std::get<2 * I>(arguments))>::value_type...>(
      lazy::plan_blockwise(out, {std::get<2 * I>(arguments).node()...},
                           {std::string(std::get<2 * I + 1>(arguments))...}));
}
template <class Callee, class... Arguments>
auto by_indices(std::string_view out, const Arguments&... arguments) {
  constexpr bool kPairs = are_pairs<Arguments...> && sizeof...(Arguments) > 0;
  static_assert(kPairs,
                "bask: blockwise takes the indices of the result, then each array and its indices: "
                "blockwise<f>(\"ik\", a, \"ij\", b, \"jk\")");
  if constexpr (kPairs) {
    return by_index_pairs<Callee>(out, std::make_index_sequence<sizeof...(Arguments) / 2>(),
                                  std::tie(arguments...));
  } else {
    return Array<double>();
  }
}
template <class Chunk, class Combine, class Aggregate, class E>
auto reduce(const Array<E>& x, std::int64_t axis, const ReductionOptions& options) {
  const std::size_t most = lazy::checked_split(options.split_every);
  auto state = over<Chunk, E>(lazy::plan_reduction(x.node(), axis, 1));
  using State = typename decltype(state)::value_type;
  const std::size_t along = normal_axis(axis, x.shape(), "array::reduction");
  while (state.chunks()[along].size() > most)
    state = over<Combine, State>(lazy::plan_reduction(state.node(), axis, most));
  auto result = over<Aggregate, State>(lazy::plan_reduction(state.node(), axis, most));
  return options.keepdims ? result : result.squeeze(axis);
}

}  // namespace blocks

/// Calls a function with each block, or with the blocks of several arrays at the same place. First the shapes
/// are broadcast and the arrays cut into common chunks.
/// Shape and chunks of the result: those of the operands, unless `options` say otherwise.
template <auto F, class... Es>
auto map_blocks(const Array<Es>&... arrays) {
  return blocks::map<FunctionCallee<F>>({}, arrays...);
}
template <auto F, class... Es>
auto map_blocks(const MapBlocksOptions& options, const Array<Es>&... arrays) {
  return blocks::map<FunctionCallee<F>>(options, arrays...);
}
template <AnyFunction F, class... Es>
auto map_blocks(const F&, const MapBlocksOptions& options, const Array<Es>&... arrays) {
  if constexpr (goes_to_arrays<F>()) {
    return blocks::map<ObjectCallee<F>>(options, arrays...);
  } else {
    return Array<double>();
  }
}
template <AnyFunction F, class... Es>
auto map_blocks(const F& function, const Array<Es>&... arrays) {
  return map_blocks(function, MapBlocksOptions(), arrays...);
}
template <class E>
template <auto F>
auto Array<E>::map_blocks() const {
  return bask::map_blocks<F>(*this);
}
template <class E>
template <class F>
auto Array<E>::map_blocks(const F& function) const {
  return bask::map_blocks(function, *this);
}

/// Calls a function with each block and `depth` more elements on every side. These come from the neighbouring
/// blocks or, at the edges of the array, are made as `boundary` says. Shape and chunks: those of x.
/// Cost: from the neighbours only the elements that are needed are read.
template <auto F, class E>
auto map_overlap(const Array<E>& x, const Overlap& overlap) {
  return blocks::overlap<FunctionCallee<F>>(overlap, x);
}
/// The same for several arrays of one shape.
template <auto F, class... Es>
auto map_overlap(const Overlap& overlap, const Array<Es>&... arrays) {
  return blocks::overlap<FunctionCallee<F>>(overlap, arrays...);
}
template <AnyFunction F, class... Es>
auto map_overlap(const F&, const Overlap& overlap, const Array<Es>&... arrays) {
  if constexpr (goes_to_arrays<F>()) {
    return blocks::overlap<ObjectCallee<F>>(overlap, arrays...);
  } else {
    return Array<double>();
  }
}

/// Calls a function with the blocks that have the same place along common indices:
/// blockwise<f>("ik", a, "ij", b, "jk"). An axis whose index the result lacks is read whole, in one piece, as
/// with Dask's concatenate=True. The chunks of an index are those of the first array that has it.
template <auto F, class... Arguments>
auto blockwise(std::string_view out, const Arguments&... arguments) {
  return blocks::by_indices<FunctionCallee<F>, Arguments...>(out, arguments...);
}
template <AnyFunction F, class... Arguments>
auto blockwise(const F&, std::string_view out, const Arguments&... arguments) {
  if constexpr (goes_to_arrays<F>()) {
    return blocks::by_indices<ObjectCallee<F>, Arguments...>(out, arguments...);
  } else {
    return Array<double>();
  }
}

/// A reduction along one axis in three steps: `Chunk` is called with each block of x, `Combine` with partial
/// results joined along the axis, `Aggregate` with the last of these. Each returns a block of length 1 along
/// `info.axis`. Cost: one task per block and a tree of tasks of fan-in `split_every`, in fixed order.
template <auto Chunk, auto Combine, auto Aggregate, class E>
auto reduction(const Array<E>& x, std::int64_t axis, const ReductionOptions& options = {}) {
  return blocks::reduce<FunctionCallee<Chunk>, FunctionCallee<Combine>, FunctionCallee<Aggregate>>(x, axis,
                                                                                                   options);
}

}  // namespace bask
