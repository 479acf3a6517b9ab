// strip_folds.inl: the loops of strip_reductions.hpp. Part of strip_variant.inl.
namespace bask::strips {
namespace {

/// The number of partial results of a strip of floating numbers: the same in every variant, because the order
/// of additions is part of the result.
constexpr std::size_t kFoldLanes = 16;

// Each of these combines two elements, or two vectors lane by lane.
struct Plus {
  template <class V>
  V operator()(V a, V b) const {
    return a + b;
  }
};
struct Times {
  template <class V>
  V operator()(V a, V b) const {
    return a * b;
  }
};
struct Least {
  template <class V>
  V operator()(V a, V b) const {
    return (b < a) | (b != b) ? b : a;
  }
};
struct Greatest {
  template <class V>
  V operator()(V a, V b) const {
    return (b > a) | (b != b) ? b : a;
  }
};
/// Passes over a NaN among the new elements b.
struct LeastNumber {
  template <class V>
  V operator()(V a, V b) const {
    return b < a ? b : a;
  }
};
struct GreatestNumber {
  template <class V>
  V operator()(V a, V b) const {
    return b > a ? b : a;
  }
};
/// As fmin and fmax: a NaN gives way to any number.
struct LeastKnown {
  template <class V>
  V operator()(V a, V b) const {
    return (b < a) | (a != a) ? b : a;
  }
};
struct GreatestKnown {
  template <class V>
  V operator()(V a, V b) const {
    return (b > a) | (a != a) ? b : a;
  }
};
/// The last NaN, if any.
struct LastNan {
  template <class V>
  V operator()(V a, V b) const {
    return b != b ? b : a;
  }
};
/// Narrow integers are multiplied in int's width, unsigned, so that they wrap.
struct WrappingTimes {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
};
struct Same {
  template <class V>
  V operator()(V a) const {
    return a;
  }
};

template <class T, class F>
constexpr T identity() {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<F, Plus>) {
    return T(-0.0);
  } else if constexpr (std::is_same_v<F, LastNan>) {
    return T(0);
  } else if constexpr (std::is_same_v<F, Times> || std::is_same_v<F, WrappingTimes>) {
    return T(1);
  } else if constexpr (std::is_same_v<F, Least> || std::is_same_v<F, LeastNumber>) {
    constexpr T kGreatest = std::is_floating_point_v<T> ? Limits::infinity() : Limits::max();
    return kGreatest;
  } else {
    constexpr T kLeast = std::is_floating_point_v<T> ? -Limits::infinity() : Limits::lowest();
    return kLeast;
  }
}

/// Lane j folds value(in[i * kFoldLanes + j]) over all i; then lanes are folded pairwise until `Ends` are
/// left. The strip is filled up with `padding` to a whole number of rows.
template <std::size_t Ends, class T, class F, class Value>
void fold_lanes(std::size_t count, const T* in, T* out, F f, Value value, T padding) {
  constexpr std::size_t kVectors = kFoldLanes / kLanes<T>;
  static_assert(kVectors >= 1);
  Vector<T> partial[kVectors];
  for (auto& lanes : partial) lanes = Vector<T>{} + identity<T, F>();
  const auto take = [&](const T* row) {
    for (std::size_t k = 0; k < kVectors; ++k) partial[k] = f(partial[k], value(load(row + k * kLanes<T>)));
  };
  std::size_t i = 0;
  for (; i + kFoldLanes <= count; i += kFoldLanes) take(in + i);
  if (i < count) {
    T last[kFoldLanes];
    for (std::size_t j = 0; j < kFoldLanes; ++j) last[j] = i + j < count ? in[i + j] : padding;
    take(last);
  }
  T lanes[kFoldLanes];
  __builtin_memcpy(lanes, partial, sizeof lanes);
  for (std::size_t width = kFoldLanes / 2; width >= Ends; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) lanes[j] = f(lanes[j], lanes[j + width]);
  }
  for (std::size_t j = 0; j < Ends; ++j) out[j] = lanes[j];
}

template <class F>
struct PassingOverNan : std::type_identity<F> {};
template <>
struct PassingOverNan<Least> : std::type_identity<LeastNumber> {};
template <>
struct PassingOverNan<Greatest> : std::type_identity<GreatestNumber> {};

template <class T, class F>
T folded(std::size_t count, const T* in, F f) {
  using Passing = typename PassingOverNan<F>::type;
  T result = identity<T, F>();
  if constexpr (std::is_floating_point_v<T> && !std::is_same_v<F, Passing>) {
    // Two short chains of instructions are faster than one that compares, tests for NaN and selects.
    const T nan = folded(count, in, LastNan());
    return nan != nan ? nan : folded(count, in, Passing());
  } else if constexpr (std::is_floating_point_v<T>) {
    fold_lanes<1>(count, in, &result, f, Same(), identity<T, F>());
  } else {
    for (std::size_t i = 0; i < count; ++i) result = static_cast<T>(f(result, in[i]));
  }
  return result;
}

template <class T, class F>
constexpr FoldStrip strip_loop(F) {
  return [](std::size_t count, const void* in, void* out) {
    *static_cast<T*>(out) = folded(count, static_cast<const T*>(in), F());
  };
}
template <class T, class F>
constexpr FoldRows row_loop(F) {
  return [](std::size_t count, const void* in, void* accumulators) {
    auto* results = static_cast<T*>(accumulators);
    const auto* a = static_cast<const T*>(in);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) results[i] = static_cast<T>(F()(results[i], a[i]));
  };
}

/// The least (greatest) of the numbers among the elements; NaN when there is none.
template <class T, class F>
constexpr FoldStrip known_loop(F) {
  return [](std::size_t count, const void* in, void* out) {
    const auto* a = static_cast<const T*>(in);
    T result = folded(count, a, F());
    if constexpr (std::is_floating_point_v<T>) {
      if (result == identity<T, F>()) {
        bool known = false;
        for (std::size_t i = 0; i < count; ++i) known |= a[i] == a[i];
        if (!known) result = a[0];
      }
    }
    *static_cast<T*>(out) = result;
  };
}

/// The product of complex numbers, in lanes as in `fold_lanes`.
template <class T>
void multiply_complex(std::size_t count, const void* in, void* out) {
  constexpr std::size_t kWidth = 2 * kFoldLanes;
  T lanes[kWidth + kLanes<T>] = {}, last[kWidth];
  for (std::size_t j = 0; j < kFoldLanes; ++j) lanes[2 * j] = 1;
  const auto multiply = [&lanes](std::size_t width, const T* by) {
    for (std::size_t k = 0; k < width; k += kLanes<T>) {
      store(lanes + k, complex_product(load(lanes + k), load(by + k)));
    }
  };
  const auto* a = static_cast<const T*>(in);
  std::size_t i = 0;
  for (; i + kWidth <= 2 * count; i += kWidth) multiply(kWidth, a + i);
  if (i < 2 * count) {
    for (std::size_t j = 0; j < kWidth; ++j) last[j] = i + j < 2 * count ? a[i + j] : T(j % 2 == 0);
    multiply(kWidth, last);
  }
  for (std::size_t width = kWidth / 2; width >= 2; width /= 2) multiply(width, lanes + width);
  __builtin_memcpy(out, lanes, 2 * sizeof(T));
}

template <class T>
FoldStrip complex_strip_fold(Fold fold) {
  if (fold == Fold::kSum) {
    return [](std::size_t count, const void* in, void* out) {
      fold_lanes<2>(2 * count, static_cast<const T*>(in), static_cast<T*>(out), Plus(), Same(), T(-0.0));
    };
  }
  return fold == Fold::kProduct ? &multiply_complex<T> : nullptr;
}
template <class T>
FoldRows complex_row_fold(Fold fold) {
  if (fold == Fold::kSum) {
    return [](std::size_t count, const void* in, void* accumulators) {
      row_loop<T>(Plus())(2 * count, in, accumulators);
    };
  }
  if (fold != Fold::kProduct) return nullptr;
  return [](std::size_t count, const void* in, void* accumulators) {
    const void* const operands[] = {accumulators, in};
    by_vectors<T, 2, 2>(ComplexTimes())(count, accumulators, operands);
  };
}

// bool: "or" is the maximum of bytes 0 and 1, "and" the minimum.
template <class T>
constexpr Fold fold_for(Fold fold) {
  if constexpr (std::is_same_v<T, bool>) {
    return fold == Fold::kSum ? Fold::kMaximum : fold == Fold::kProduct ? Fold::kMinimum : fold;
  } else {
    return fold;
  }
}

template <class T>
FoldStrip real_strip_fold(Fold fold) {
  using Exact = std::conditional_t<std::is_floating_point_v<T>, T, Bits<sizeof(T)>>;
  using Product = std::conditional_t<std::is_floating_point_v<T>, Times, WrappingTimes>;
  switch (fold_for<T>(fold)) {
    case Fold::kSum:
      return strip_loop<Exact>(Plus());
    case Fold::kProduct:
      return strip_loop<Exact>(Product());
    case Fold::kMinimum:
      return strip_loop<Stored<T>>(Least());
    case Fold::kFmin:
      return known_loop<Stored<T>>(LeastNumber());
    case Fold::kFmax:
      return known_loop<Stored<T>>(GreatestNumber());
    case Fold::kMaximum:
      break;
  }
  return strip_loop<Stored<T>>(Greatest());
}

template <class T>
FoldRows real_row_fold(Fold fold) {
  using Exact = std::conditional_t<std::is_floating_point_v<T>, T, Bits<sizeof(T)>>;
  using Product = std::conditional_t<std::is_floating_point_v<T>, Times, WrappingTimes>;
  switch (fold_for<T>(fold)) {
    case Fold::kSum:
      return row_loop<Exact>(Plus());
    case Fold::kProduct:
      return row_loop<Exact>(Product());
    case Fold::kMinimum:
      return row_loop<Stored<T>>(Least());
    case Fold::kFmin:
      return row_loop<Stored<T>>(LeastKnown());
    case Fold::kFmax:
      return row_loop<Stored<T>>(GreatestKnown());
    case Fold::kMaximum:
      break;
  }
  return row_loop<Stored<T>>(Greatest());
}

FoldStrip find_strip_fold(Fold fold, DType dtype) {
  return with_element(dtype, [fold](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (kIsComplex<Stored<T>>) {
      return complex_strip_fold<decltype(Stored<T>::re)>(fold);
    } else {
      return real_strip_fold<T>(fold);
    }
  });
}

FoldRows find_row_fold(Fold fold, DType dtype) {
  return with_element(dtype, [fold](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (kIsComplex<Stored<T>>) {
      return complex_row_fold<decltype(Stored<T>::re)>(fold);
    } else {
      return real_row_fold<T>(fold);
    }
  });
}

/// Whether none of the parts of a real (1) or complex (2) number is NaN.
template <std::size_t Parts>
bool is_number(const double* parts) {
  bool is = parts[0] == parts[0];
  for (std::size_t k = 1; k < Parts; ++k) is &= parts[k] == parts[k];
  return is;
}

template <std::size_t Parts>
std::size_t zero_nans_of(std::size_t count, const double* in, double* out) {
  std::size_t nans = 0;  // an integer: several are counted at once
  for (std::size_t i = 0; i < Parts * count; i += Parts) {
    const bool is = is_number<Parts>(in + i);
    for (std::size_t k = 0; k < Parts; ++k) out[i + k] = is ? in[i + k] : 0.0;
    nans += is ? 0 : 1;
  }
  return nans;
}

template <std::size_t Parts>
void row_numbers_of(std::size_t length, const double* in, double* counts) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < Parts * length; i += Parts) counts[i] += is_number<Parts>(in + i) ? 1.0 : 0.0;
}

std::size_t strip_zero_nans(DType dtype, std::size_t count, const void* in, void* out) {
  const auto run = dtype == DType::kComplex128 ? zero_nans_of<2> : zero_nans_of<1>;
  return run(count, static_cast<const double*>(in), static_cast<double*>(out));
}

void row_numbers(DType dtype, std::size_t length, const void* in, void* counts) {
  const auto run = dtype == DType::kComplex128 ? row_numbers_of<2> : row_numbers_of<1>;
  run(length, static_cast<const double*>(in), static_cast<double*>(counts));
}

/// The first i for which is(in[i]), or -1.
template <class T, class Is>
std::int64_t first_place(std::size_t count, const T* in, Is is) {
  constexpr std::size_t kBlock = 64;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    Byte any = 0;
    for (std::size_t j = 0; j < kBlock; ++j) any |= static_cast<Byte>(is(in[i + j]));
    if (any) break;
  }
  for (; i < count; ++i) {
    if (is(in[i])) return static_cast<std::int64_t>(i);
  }
  return -1;
}

template <class T, class F, class FNumber>
constexpr ArgFold place_of(F, FNumber) {
  return [](std::size_t count, const void* in, bool skip_nan) -> std::int64_t {
    const auto* a = static_cast<const T*>(in);
    const T extreme = skip_nan ? folded(count, a, FNumber()) : folded(count, a, F());
    if (extreme != extreme) return first_place(count, a, [](T x) { return x != x; });
    return first_place(count, a, [extreme](T x) { return x == extreme; });
  };
}

ArgFold find_least(DType dtype) {
  return with_element(dtype, [](auto type) -> ArgFold {
    using T = Stored<typename decltype(type)::type>;
    if constexpr (kIsComplex<T>) {
      return nullptr;
    } else {
      return place_of<T>(Least(), LeastNumber());
    }
  });
}

ArgFold find_greatest(DType dtype) {
  return with_element(dtype, [](auto type) -> ArgFold {
    using T = Stored<typename decltype(type)::type>;
    if constexpr (kIsComplex<T>) {
      return nullptr;
    } else {
      return place_of<T>(Greatest(), GreatestNumber());
    }
  });
}

}  // namespace
}  // namespace bask::strips
