// The strip loops for AVX2; the build gives the compiler's options.
#include <bask/collections/array/kernels/strip_variant.hpp>

#include <complex>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#if defined(__AVX2__) && defined(__FMA__)

#ifdef BASK_HAS_SLEEF
#include <sleef.h>
#define BASK_SLEEF_DOUBLE_U10(function) Sleef_finz_##function##d4_u10avx2
#define BASK_SLEEF_FLOAT_U10(function) Sleef_finz_##function##f8_u10avx2
#define BASK_SLEEF_DOUBLE_U05(function) Sleef_finz_##function##d4_u05avx2
#define BASK_SLEEF_FLOAT_U05(function) Sleef_finz_##function##f8_u05avx2
#define BASK_SLEEF_DOUBLE_LOGARITHM BASK_SLEEF_DOUBLE_U10
#define BASK_SLEEF_FLOAT_LOGARITHM BASK_SLEEF_FLOAT_U10
#endif

namespace bask::strips {
namespace {
constexpr std::size_t kVectorBytes = 32;
constexpr const char* kVariantName = "avx2";
}  // namespace
}  // namespace bask::strips

#include <bask/collections/array/kernels/strip_variant.inl>

#endif

namespace bask::strips {

const Variant* avx2_variant() {
#if defined(__AVX2__) && defined(__FMA__)
  return &kVariant;
#else
  return nullptr;
#endif
}

}  // namespace bask::strips
