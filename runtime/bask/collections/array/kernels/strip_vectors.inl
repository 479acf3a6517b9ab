// strip_vectors.inl: loops that take a vector at a time, and products of complex numbers. Part of
// strip_variant.inl.
namespace bask::strips {
namespace {

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vector = typename VectorOf<T>::type;
template <class T>
constexpr std::size_t kLanes = kVectorBytes / sizeof(T);

template <class T>
Vector<T> load(const T* from) {
  Vector<T> result;
  __builtin_memcpy(&result, from, sizeof result);
  return result;
}
template <class T>
void store(T* to, Vector<T> lanes) {
  __builtin_memcpy(to, &lanes, sizeof lanes);
}

/// Applies F to one vector of each operand, of which there are one or two.
template <class F, class T, class... More>
void apply(T* results, const T* a, const More*... b) {
  const Vector<T> result = F()(load(a), load(b)...);
  if constexpr (F::kOverflowsEarly) {
    T lanes[kLanes<T>];
    store(lanes, result);
    bool is_any = false;
    for (const T lane : lanes) is_any |= is_inf(lane);
    if (is_any) [[unlikely]] {
      for (std::size_t j = 0; j < kLanes<T>; ++j)
        results[j] = is_inf(lanes[j]) ? F()(a[j], b[j]...) : lanes[j];
      return;
    }
  }
  store(results, result);
}

/// The end of a strip goes through a whole vector too, so that an element's result does not depend on its
/// place. `PerElement` is 2 for complex numbers.
template <class T, std::size_t Operands, std::size_t PerElement, class F>
constexpr Loop by_vectors(F) {
  return [](std::size_t elements, void* out, const void* const* in) {
    const auto apply_at = [](T* results, const T* a, [[maybe_unused]] const T* b) {
      if constexpr (Operands == 2) {
        apply<F>(results, a, b);
      } else {
        apply<F>(results, a);
      }
    };
    const std::size_t count = PerElement * elements;
    const auto* a = static_cast<const T*>(in[0]);
    const auto* b = static_cast<const T*>(in[Operands - 1]);
    auto* results = static_cast<T*>(out);
    std::size_t i = 0;
    for (; i + kLanes<T> <= count; i += kLanes<T>) apply_at(results + i, a + i, b + i);
    if (i == count) return;
    T last_a[kLanes<T>] = {}, last_b[kLanes<T>] = {}, last_results[kLanes<T>];
    __builtin_memcpy(last_a, a + i, (count - i) * sizeof(T));
    __builtin_memcpy(last_b, b + i, (count - i) * sizeof(T));
    apply_at(last_results, last_a, last_b);
    __builtin_memcpy(results + i, last_results, (count - i) * sizeof(T));
  };
}

/// Products of complex numbers that lie as real part, imaginary part, …
/// GCC 12 turns the plain formula into a fused instruction, although -ffp-contract=off forbids it, and only
/// where it vectorises. It does not when vectors have their lanes moved by hand.
#ifdef __clang__
template <class V>
V complex_product(V a, V b) {
  V result = a;
  for (std::size_t j = 0; j < sizeof(V) / sizeof(a[0]); j += 2) {
    result[j] = a[j] * b[j] - a[j + 1] * b[j + 1];
    result[j + 1] = a[j] * b[j + 1] + a[j + 1] * b[j];
  }
  return result;
}
#else
template <class V, std::size_t... J>
V complex_product_of(V a, V b, std::index_sequence<J...>) {
  using Index = decltype(a < b);
  constexpr Index kReal = {(J & ~std::size_t{1})...}, kImaginary = {(J | 1)...}, kSwapped = {(J ^ 1)...};
  constexpr V kSigns = {(J % 2 == 0 ? -1 : 1)...};
  return __builtin_shuffle(a, kReal) * b +
         kSigns * (__builtin_shuffle(a, kImaginary) * __builtin_shuffle(b, kSwapped));
}
template <class V>
V complex_product(V a, V b) {
  return complex_product_of(a, b, std::make_index_sequence<sizeof(V) / sizeof(a[0])>());
}
#endif

struct ComplexTimes {
  static constexpr bool kOverflowsEarly = false;
  template <class V>
  V operator()(V a, V b) const {
    return complex_product(a, b);
  }
};
struct ComplexSquare {
  static constexpr bool kOverflowsEarly = false;
  template <class V>
  V operator()(V a) const {
    return complex_product(a, a);
  }
};

}  // namespace
}  // namespace bask::strips
