#include <bask/collections/array/operations/reduce_sinks.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace bask {

namespace {

constexpr int kRowsTogether = 32;

bool is_place(const ReduceRules& rules) {
  return rules.reduction == Reduction::kArgMinimum || rules.reduction == Reduction::kArgMaximum;
}

template <class T>
void fill_with(std::byte* state, std::int64_t count, T value) {
  for (std::int64_t i = 0; i < count; ++i)
    std::memcpy(state + static_cast<std::size_t>(i) * sizeof(T), &value, sizeof(T));
}

template <class T>
T neutral(strips::Fold fold) {
  using Limits = std::numeric_limits<T>;
  switch (fold) {
    case strips::Fold::kSum:
      return T(0);
    case strips::Fold::kProduct:
      return T(1);
    case strips::Fold::kMinimum:
      return Limits::has_infinity ? Limits::infinity() : Limits::max();
    case strips::Fold::kMaximum:
      return Limits::has_infinity ? T(-Limits::infinity()) : Limits::lowest();
    case strips::Fold::kFmin:
      return Limits::has_quiet_NaN ? Limits::quiet_NaN() : Limits::max();
    case strips::Fold::kFmax:
      break;
  }
  return Limits::has_quiet_NaN ? Limits::quiet_NaN() : Limits::lowest();
}

// The bits of a value, in the state of an extremum's place.
template <class T>
std::int64_t bits_of(T value) {
  std::int64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}
template <class T>
T value_of(std::int64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

// Whether a goes before b: the lesser (greater) one does, NaN before all; of equal ones the earlier.
template <class T>
bool goes_before(bool least, T a, std::int64_t a_index, T b, std::int64_t b_index) {
  if (b_index < 0 || a_index < 0) return b_index < 0 && a_index >= 0;
  if (a != a || b != b) return a != a && (b == b || a_index < b_index);
  if (a == b) return a_index < b_index;
  return least ? a < b : a > b;
}

// Calls `use` with the type that means are summed in.
template <class Use>
void with_numbers(DType dtype, Use&& use) {
  if (dtype == DType::kComplex128) return use(std::type_identity<std::complex<double>>());
  use(std::type_identity<double>());
}

template <class Use>
void with_ordered(DType dtype, Use&& use) {
  with_element(dtype, [&]<class T>(std::type_identity<T> type) {
    if constexpr (!std::is_same_v<T, std::complex<float>> && !std::is_same_v<T, std::complex<double>>)
      use(type);
  });
}

}  // namespace

std::size_t ReduceSink::components(const ReduceRules& rules) {
  if (rules.reduction == Reduction::kMoments) return 3;
  return is_place(rules) || rules.reduction == Reduction::kMean ? 2 : 1;
}

DType ReduceSink::state_dtype(const ReduceRules& rules) {
  return rules.reduction == Reduction::kMoments ? DType::kFloat64
         : is_place(rules)                      ? DType::kInt64
                                                : rules.values;
}

void ReduceSink::fill_neutral(const ReduceRules& rules, std::int64_t kept, std::byte* state) {
  if (rules.reduction == Reduction::kMoments) {
    fill_with(state, 3 * kept, 0.0);
  } else if (is_place(rules)) {
    fill_with(state, kept, std::int64_t{0});
    fill_with(state + static_cast<std::size_t>(kept) * sizeof(std::int64_t), kept, std::int64_t{-1});
  } else {
    const std::int64_t count = kept * static_cast<std::int64_t>(components(rules));
    with_element(rules.values, [&]<class T>(std::type_identity<T>) {
      if constexpr (std::is_arithmetic_v<T>) {
        fill_with(state, count, neutral<T>(rules.fold));
      } else {
        fill_with(state, count, rules.fold == strips::Fold::kProduct ? T(1) : T(0));
      }
    });
  }
}

ReduceSink::ReduceSink(const ReduceRules& rules, std::int64_t kept)
    : rules_(rules), kept_(kept), element_(size_of(rules.values)) {
  const std::size_t bytes = components(rules) * static_cast<std::size_t>(kept) * size_of(state_dtype(rules));
  state_.resize(std::max<std::size_t>(bytes, 1));  // there is memory to copy from, also when kept is 0
  fill_neutral(rules, kept, state_.data());
  levels_.resize(64 * element_);
}

void ReduceSink::take(const Strip& strip, std::int64_t first_place, std::int64_t first_index) {
  const std::int64_t place = first_place + strip.offsets[0];
  switch (rules_.reduction) {
    case Reduction::kFold:
      return take_fold(strip, place);
    case Reduction::kMean:
      return take_mean(strip, place);
    case Reduction::kMoments:
      return take_moments(strip, place);
    default:
      return take_extremum(strip, place, first_index + strip.offsets[1]);
  }
}

// Adds the sum of one more strip for the open place, the way a binary counter counts up.
void ReduceSink::add_open(const std::byte* partial, std::int64_t place) {
  if (place != open_place_) {
    flush();
    open_place_ = place;
  }
  std::byte carry[sizeof(ElementBytes)];
  std::memcpy(carry, partial, element_);
  const auto fold = strips::fold_rows(rules_.fold, rules_.values);
  std::size_t level = 0;
  for (std::uint64_t bits = open_; (bits & 1) != 0; bits >>= 1)
    fold(1, levels_.data() + element_ * level++, carry);
  std::memcpy(levels_.data() + element_ * level, carry, element_);
  ++open_;
}

void ReduceSink::flush() {
  const auto fold = strips::fold_rows(rules_.fold, rules_.values);
  for (std::size_t level = 0; open_ != 0; ++level, open_ >>= 1) {
    if ((open_ & 1) == 0) continue;
    fold(1, levels_.data() + element_ * level,
         state_.data() + static_cast<std::size_t>(open_place_) * element_);
  }
  open_place_ = -1;
  if (rows_taken_ > 0) {
    fold(rows_length_, rows_.data(), state_.data() + static_cast<std::size_t>(rows_place_) * element_);
  }
  rows_taken_ = 0;
  rows_place_ = -1;
}

void ReduceSink::take_fold(const Strip& strip, std::int64_t place) {
  const auto fold = strips::fold_rows(rules_.fold, rules_.values);
  const auto* values = static_cast<const std::byte*>(strip.values);
  if (strip.strides[0] == 0) {
    std::byte partial[sizeof(ElementBytes)];
    strips::fold_strip(rules_.fold, rules_.values)(strip.count, values, partial);
    return add_open(partial, place);
  }
  if (strip.strides[0] != 1) {
    for (std::size_t i = 0; i < strip.count; ++i) {
      add_open(values + i * element_, place + static_cast<std::int64_t>(i) * strip.strides[0]);
    }
    return;
  }
  if (place != rows_place_ || strip.count != rows_length_ || rows_taken_ == kRowsTogether) {
    flush();
    rows_place_ = place;
    rows_length_ = strip.count;
    rows_.grow(strip.count * element_);
    std::memcpy(rows_.data(), values, strip.count * element_);
  } else {
    fold(strip.count, values, rows_.data());
  }
  ++rows_taken_;
}

// Adds numbers as take_fold does, with 0 for those that are left out, and counts them.
void ReduceSink::take_mean(const Strip& strip, std::int64_t place) {
  const std::int64_t stride = strip.strides[0];
  const auto step = stride * static_cast<std::int64_t>(element_);
  const auto* values = static_cast<const std::byte*>(strip.values);
  std::byte* counts = state_.data() + static_cast<std::size_t>(kept_ + place) * element_;
  if (stride == 0) return take_one_mean(strip, place, counts);
  Strip numbers = strip;
  if (!rules_.skip_nan) {
    with_numbers(rules_.values, [&]<class T>(std::type_identity<T>) {
      auto* numbers_of = reinterpret_cast<T*>(counts);
      for (std::size_t i = 0; i < strip.count; ++i) numbers_of[static_cast<std::int64_t>(i) * stride] += 1.0;
    });
  } else {
    if (stride == 1) strips::count_numbers_rows(rules_.values, strip.count, values, counts);
    for (std::size_t i = 0; i < strip.count && stride != 1; ++i, counts += step)
      strips::count_numbers_rows(rules_.values, 1, values + i * element_, counts);
    numbers_.grow(strip.count * element_);
    strips::zero_nans(rules_.values, strip.count, values, numbers_.data());
    numbers.values = numbers_.data();
  }
  take_fold(numbers, place);
}

// Most strips have no NaN: their sum is that of their numbers.
void ReduceSink::take_one_mean(const Strip& strip, std::int64_t place, std::byte* count) {
  with_numbers(rules_.values, [&]<class T>(std::type_identity<T>) {
    const auto fold = strips::fold_strip(rules_.fold, rules_.values);
    T sum{};
    fold(strip.count, strip.values, &sum);
    std::size_t nans = 0;
    if (rules_.skip_nan && sum != sum) {
      numbers_.grow(strip.count * element_);
      nans = strips::zero_nans(rules_.values, strip.count, strip.values, numbers_.data());
      fold(strip.count, numbers_.data(), &sum);
    }
    *reinterpret_cast<T*>(count) += static_cast<double>(strip.count - nans);
    add_open(reinterpret_cast<const std::byte*>(&sum), place);
  });
}

void ReduceSink::take_moments(const Strip& strip, std::int64_t place) {
  auto* count = reinterpret_cast<double*>(state_.data()) + place;
  double* mean = count + kept_;
  double* m2 = mean + kept_;
  const auto* values = static_cast<const double*>(strip.values);
  if (strip.strides[0] == 1)
    return strips::moments_rows(strip.count, values, count, mean, m2, rules_.skip_nan);
  if (strip.strides[0] == 0) {
    const strips::Moments all =
        strips::merged({*count, *mean, *m2}, strips::moments_of(strip.count, values, rules_.skip_nan));
    *count = all.count;
    *mean = all.mean;
    *m2 = all.m2;
    return;
  }
  for (std::size_t i = 0; i < strip.count; ++i) {
    const std::int64_t at = static_cast<std::int64_t>(i) * strip.strides[0];
    strips::moments_rows(1, values + i, count + at, mean + at, m2 + at, rules_.skip_nan);
  }
}

void ReduceSink::take_extremum(const Strip& strip, std::int64_t place, std::int64_t index) {
  const bool least = rules_.reduction == Reduction::kArgMinimum;
  auto* bits = reinterpret_cast<std::int64_t*>(state_.data());
  std::int64_t* indices = bits + kept_;
  with_ordered(rules_.values, [&]<class T>(std::type_identity<T>) {
    const auto* values = static_cast<const T*>(strip.values);
    const auto offer = [&](std::int64_t at, T value, std::int64_t value_index) {
      if (rules_.skip_nan && value != value) return;
      if (!goes_before(least, value, value_index, value_of<T>(bits[at]), indices[at])) return;
      bits[at] = bits_of(value);
      indices[at] = value_index;
    };
    if (strip.strides[0] == 0) {
      const auto arg = (least ? strips::arg_minimum : strips::arg_maximum)(rules_.values);
      const std::int64_t best = arg(strip.count, values, rules_.skip_nan);
      if (best >= 0) offer(place, values[best], index + best * strip.strides[1]);
      return;
    }
    for (std::size_t i = 0; i < strip.count; ++i) {
      const auto k = static_cast<std::int64_t>(i);
      offer(place + k * strip.strides[0], values[i], index + k * strip.strides[1]);
    }
  });
}

void ReduceSink::merge(const ReduceRules& rules, std::int64_t count, const States& from,
                       const MutableStates& into) {
  const auto length = static_cast<std::size_t>(count);
  if (rules.reduction == Reduction::kFold || rules.reduction == Reduction::kMean) {
    const auto element = static_cast<std::int64_t>(size_of(rules.values));
    const auto fold = strips::fold_rows(rules.fold, rules.values);
    for (std::size_t part = 0; part < components(rules); ++part) {
      const auto at = static_cast<std::int64_t>(part) * element;
      fold(length, from.elements + at * from.step, into.elements + at * into.step);
    }
    return;
  }
  if (rules.reduction == Reduction::kMoments) {
    const auto* other = reinterpret_cast<const double*>(from.elements);
    auto* own = reinterpret_cast<double*>(into.elements);
    return strips::moments_merge_rows(length, other, other + from.step, other + 2 * from.step, own,
                                      own + into.step, own + 2 * into.step);
  }
  const auto* other = reinterpret_cast<const std::int64_t*>(from.elements);
  auto* own = reinterpret_cast<std::int64_t*>(into.elements);
  const bool least = rules.reduction == Reduction::kArgMinimum;
  with_ordered(rules.values, [&]<class T>(std::type_identity<T>) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t other_index = other[from.step + i];
      std::int64_t& own_index = own[into.step + i];
      if (!goes_before(least, value_of<T>(other[i]), other_index, value_of<T>(own[i]), own_index)) continue;
      own[i] = other[i];
      own_index = other_index;
    }
  });
}

void ReduceSink::finish(const ReduceRules& rules, std::int64_t kept, const std::byte* state, std::byte* out) {
  const auto count = static_cast<std::size_t>(kept);
  if (is_place(rules)) {
    const auto* indices = reinterpret_cast<const std::int64_t*>(state) + kept;
    for (std::int64_t i = 0; i < kept; ++i) {
      if (indices[i] < 0)
        throw Error(rules.reduction == Reduction::kArgMinimum ? "array::nanargmin" : "array::nanargmax",
                    "all elements of a slice are NaN", "leave such slices out, or fill them first");
    }
    std::copy_n(reinterpret_cast<const std::byte*>(indices), count * sizeof(std::int64_t), out);
    return;
  }
  if (rules.finish == Finish::kNone) {
    std::copy_n(state, count * size_of(rules.values), out);
    return;
  }
  std::vector<std::byte> exact(count * sizeof(ElementBytes));
  DType dtype = DType::kFloat64;
  auto* results = reinterpret_cast<double*>(exact.data());
  if (rules.finish == Finish::kDivide) {
    dtype = rules.values;
    with_element(dtype, [&]<class T>(std::type_identity<T>) {
      if constexpr (!std::is_integral_v<T>) {
        using R = real_t<T>;
        for (std::size_t i = 0; i < count; ++i) {
          reinterpret_cast<T*>(exact.data())[i] =
              reinterpret_cast<const T*>(state)[i] / static_cast<R>(rules.divisor);
        }
      }
    });
  } else if (rules.finish == Finish::kMean) {
    dtype = rules.values;
    with_numbers(dtype, [&]<class T>(std::type_identity<T>) {
      const auto* sums = reinterpret_cast<const T*>(state);
      for (std::size_t i = 0; i < count; ++i)
        reinterpret_cast<T*>(exact.data())[i] = sums[i] / std::real(sums[count + i]);
    });
  } else {
    const auto* seen = reinterpret_cast<const double*>(state);
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < count; ++i) {
      // As in NumPy: for too few elements var divides by 0, and nanvar is NaN.
      const double freedom = std::max(seen[i] - rules.divisor, 0.0);
      const bool is_undefined = seen[i] == 0 || (rules.skip_nan && freedom == 0);
      const double variance = is_undefined ? kNan : seen[2 * count + i] / freedom;
      results[i] = rules.finish == Finish::kDeviation ? std::sqrt(variance) : variance;
    }
  }
  const void* from = exact.data();
  strips::cast(dtype, rules.result)(count, out, &from);
}

}  // namespace bask
