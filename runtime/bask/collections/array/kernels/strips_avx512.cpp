// The strip loops for AVX-512; the build gives the compiler's options.
#include <bask/collections/array/kernels/strip_variant.hpp>

#include <complex>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)

#ifdef BASK_HAS_SLEEF
#include <sleef.h>
#define BASK_SLEEF_DOUBLE_U10(function) Sleef_finz_##function##d8_u10avx512f
#define BASK_SLEEF_FLOAT_U10(function) Sleef_finz_##function##f16_u10avx512f
#define BASK_SLEEF_DOUBLE_U05(function) Sleef_finz_##function##d8_u05avx512f
#define BASK_SLEEF_FLOAT_U05(function) Sleef_finz_##function##f16_u05avx512f
// SLEEF's logarithms for AVX-512 split numbers by other instructions than those for AVX2, and differ from
// them in the last place. So those for AVX2 are called for each half of a vector.
#define BASK_SLEEF_DOUBLE_LOGARITHM(function) by_halves<Sleef_finz_##function##d4_u10avx2>
#define BASK_SLEEF_FLOAT_LOGARITHM(function) by_halves<Sleef_finz_##function##f8_u10avx2>
#endif

namespace bask::strips {
namespace {
constexpr std::size_t kVectorBytes = 64;
constexpr const char* kVariantName = "avx512";

template <auto F, class Whole>
Whole by_halves(Whole a) {
  using T = std::remove_cvref_t<decltype(a[0])>;
  typedef T Half __attribute__((vector_size(kVectorBytes / 2)));
  Half halves[2];
  __builtin_memcpy(halves, &a, sizeof a);
  for (Half& half : halves) half = F(half);
  __builtin_memcpy(&a, halves, sizeof a);
  return a;
}
}  // namespace
}  // namespace bask::strips

#include <bask/collections/array/kernels/strip_variant.inl>

#endif

namespace bask::strips {

const Variant* avx512_variant() {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
  return &kVariant;
#else
  return nullptr;
#endif
}

}  // namespace bask::strips
