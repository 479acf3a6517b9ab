// Searches as operations on elements: the state of a map holds the sorted numbers.
#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/searching.hpp>
#include <bask/core/error.hpp>
#include <bask/core/serialization.hpp>
#include <bask/graph/kernel.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace bask {

namespace {

// What is done with the place of an element: `sign` * place + `offset`, or whether the number there equals
// it.
struct SearchHow {
  std::int64_t count = 0, offset = 0, sign = 1;
  std::uint64_t right = 0;
};

template <class C>
struct SearchState {
  SearchHow how;
  const C* numbers;
  explicit SearchState(const std::byte* state)
      : numbers(reinterpret_cast<const C*>(state + sizeof(SearchHow))) {
    std::memcpy(&how, state, sizeof(how));
  }
  const C* place(C x) const {
    const C* const end = numbers + how.count;
    return how.right != 0 ? std::upper_bound(numbers, end, x, searching::is_less<C>)
                          : std::lower_bound(numbers, end, x, searching::is_less<C>);
  }
};

template <class C>
void search_strip(KernelCall& call) {
  const auto& strip = *reinterpret_cast<const MapStrip*>(call.arguments);
  const SearchState<C> state(strip.state);
  const auto* in = static_cast<const C*>(strip.in[0]);
  auto* out = static_cast<std::int64_t*>(strip.out);
  for (std::size_t i = 0; i < strip.count; ++i)
    out[i] = state.how.sign * (state.place(in[i]) - state.numbers) + state.how.offset;
}
template <class C>
void isin_strip(KernelCall& call) {
  const auto& strip = *reinterpret_cast<const MapStrip*>(call.arguments);
  const SearchState<C> state(strip.state);
  const auto* in = static_cast<const C*>(strip.in[0]);
  auto* out = static_cast<bool*>(strip.out);
  const bool inverts = state.how.sign < 0;
  for (std::size_t i = 0; i < strip.count; ++i) {
    const C* const found = state.place(in[i]);
    out[i] = (found != state.numbers + state.how.count && *found == in[i]) != inverts;
  }
}
// The points, the values at them, and the values to the left and right of all.
void interp_strip(KernelCall& call) {
  const auto& strip = *reinterpret_cast<const MapStrip*>(call.arguments);
  const SearchState<double> state(strip.state);
  const double* const x = state.numbers;
  const std::int64_t count = state.how.count;
  const double* const y = x + count;
  const auto* in = static_cast<const double*>(strip.in[0]);
  auto* out = static_cast<double*>(strip.out);
  for (std::size_t i = 0; i < strip.count; ++i) {
    const double at = in[i];
    const std::int64_t k = state.place(at) - x - 1;  // the last point that is not after it
    if (std::isnan(at)) {
      out[i] = at;
    } else if (k < 0) {
      out[i] = y[count];
    } else if (k == count - 1) {
      out[i] = at > x[k] ? y[count + 1] : y[k];
    } else if (at == x[k]) {
      out[i] = y[k];  // a value beside it may be infinite
    } else {
      const double slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k]);
      double value = slope * (at - x[k]) + y[k];
      if (std::isnan(value)) value = slope * (at - x[k + 1]) + y[k + 1];
      if (std::isnan(value) && y[k] == y[k + 1]) value = y[k];
      out[i] = value;
    }
  }
}

template <class C>
struct SearchKernels {
  static inline const KernelId search = KernelRegistry::instance().add(
      "searchsorted", std::string("bask::searchsorted ") + std::string(name_of(dtype_of<C>())),
      &search_strip<C>);
  static inline const KernelId isin = KernelRegistry::instance().add(
      "isin", std::string("bask::isin ") + std::string(name_of(dtype_of<C>())), &isin_strip<C>);
};
const KernelId kInterp = KernelRegistry::instance().add("interp", "bask::interp", &interp_strip);

struct TwoKernels {
  KernelId search, isin;
};
TwoKernels search_kernels(DType dtype) {
  if (dtype == DType::kInt64) return {SearchKernels<std::int64_t>::search, SearchKernels<std::int64_t>::isin};
  if (dtype == DType::kUInt64)
    return {SearchKernels<std::uint64_t>::search, SearchKernels<std::uint64_t>::isin};
  return {SearchKernels<double>::search, SearchKernels<double>::isin};
}

std::vector<std::byte> search_state(const SearchHow& how, const std::byte* numbers, std::size_t bytes) {
  ByteWriter state;
  state.write(reinterpret_cast<const std::byte*>(&how), sizeof(how));
  state.write(numbers, bytes);
  return state.take();
}

// Calls `use` with the numbers in their C++ type.
template <class Use>
auto with_sorted(DType dtype, const std::byte* numbers, std::size_t count, const Use& use) {
  const auto in = [&]<class C>(std::type_identity<C>) {
    std::vector<C> all(count);
    if (count != 0) std::memcpy(all.data(), numbers, count * sizeof(C));
    return use(std::move(all));
  };
  if (dtype == DType::kInt64) return in(std::type_identity<std::int64_t>());
  if (dtype == DType::kUInt64) return in(std::type_identity<std::uint64_t>());
  return in(std::type_identity<double>());
}

template <class C>
const std::byte* bytes_of_numbers(const std::vector<C>& numbers) {
  return reinterpret_cast<const std::byte*>(numbers.data());
}

}  // namespace

namespace lazy {

ArrayPtr searchsorted(const ArrayPtr& node, DType dtype, const std::byte* numbers, std::size_t count,
                      Side side) {
  const UserCall call("searchsorted");
  return with_sorted(dtype, numbers, count, [&]<class C>(const std::vector<C>& sorted) {
    if (!std::is_sorted(sorted.begin(), sorted.end(), searching::is_less<C>)) {
      throw Error("array::searchsorted", std::to_string(count) + " numbers that do not ascend are given",
                  "sort them first");
    }
    const SearchHow how{.count = static_cast<std::int64_t>(count), .right = side == Side::kRight ? 1U : 0U};
    return map(search_kernels(dtype).search, search_state(how, numbers, count * sizeof(C)), "searchsorted",
               DType::kInt64, {cast(node, dtype)});
  });
}

ArrayPtr digitize(const ArrayPtr& node, DType dtype, const std::byte* edges, std::size_t count, bool right) {
  const UserCall call("digitize");
  return with_sorted(dtype, edges, count, [&]<class C>(std::vector<C> sorted) {
    SearchHow how{.count = static_cast<std::int64_t>(count), .right = right ? 0U : 1U};
    if (!std::is_sorted(sorted.begin(), sorted.end(), searching::is_less<C>)) {
      std::reverse(sorted.begin(), sorted.end());  // as many lie after an element as do not lie before it
      how = {.count = how.count, .offset = how.count, .sign = -1, .right = how.right};
    }
    if (!std::is_sorted(sorted.begin(), sorted.end(), searching::is_less<C>)) {
      throw Error("array::digitize", std::to_string(count) + " edges neither ascend nor descend",
                  "give them in order");
    }
    return map(search_kernels(dtype).search, search_state(how, bytes_of_numbers(sorted), count * sizeof(C)),
               "digitize", DType::kInt64, {cast(node, dtype)});
  });
}

ArrayPtr isin(const ArrayPtr& node, DType dtype, const std::byte* numbers, std::size_t count, bool invert) {
  const UserCall call("isin");
  return with_sorted(dtype, numbers, count, [&]<class C>(std::vector<C> sorted) {
    std::sort(sorted.begin(), sorted.end(), searching::is_less<C>);
    const SearchHow how{.count = static_cast<std::int64_t>(count), .sign = invert ? -1 : 1};
    return map(search_kernels(dtype).isin, search_state(how, bytes_of_numbers(sorted), count * sizeof(C)),
               "isin", DType::kBool, {cast(node, dtype)});
  });
}

ArrayPtr interp(const ArrayPtr& node, const std::vector<double>& points, const std::vector<double>& values,
                const InterpOptions& options) {
  constexpr const char* kWhere = "array::interp";
  const UserCall call("interp");
  if (points.size() != values.size() || points.empty()) {
    throw Error(
        kWhere,
        std::to_string(points.size()) + " points and " + std::to_string(values.size()) + " values are given",
        "give one point at least, and a value for each");
  }
  if (!std::is_sorted(points.begin(), points.end()))
    throw Error(kWhere, std::to_string(points.size()) + " points that do not ascend are given",
                "sort them first");
  std::vector<double> state = points;
  state.insert(state.end(), values.begin(), values.end());
  state.push_back(options.left.value_or(values.front()));
  state.push_back(options.right.value_or(values.back()));
  const SearchHow how{.count = static_cast<std::int64_t>(points.size()), .right = 1};
  return map(kInterp, search_state(how, bytes_of_numbers(state), state.size() * sizeof(double)), "interp",
             DType::kFloat64, {node});
}

PlannedBlocks plan_searchsorted(const ArrayPtr& sorted, const ArrayPtr& node, DType dtype) {
  constexpr const char* kWhere = "array::searchsorted";
  if (sorted->ndim() != 1) {
    throw Error(kWhere, "the sorted numbers have shape " + text_of(sorted->shape()),
                "give numbers along one axis");
  }
  if (has_unknown(sorted->shape()) || has_unknown(node->shape()))
    throw Error(kWhere, "a shape is not known before it is computed", "call compute_chunk_sizes() first");
  PlannedBlocks planned = plan_map_blocks({cast(node, dtype)}, {});
  BlockOperand whole{{}, {BlockOperand::kWhole}, {0}, {0}, {0}};
  planned.mapping.operands.insert(planned.mapping.operands.begin(), std::move(whole));
  planned.nodes.insert(planned.nodes.begin(), cast(sorted, dtype));
  return planned;
}

}  // namespace lazy

}  // namespace bask
