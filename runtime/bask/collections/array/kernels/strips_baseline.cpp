// The strip loops for the baseline; the build gives the compiler's options.
#include <bask/collections/array/kernels/strip_variant.hpp>

#include <complex>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#if defined(BASK_HAS_SLEEF) && defined(__SSE2__)
#include <sleef.h>
#define BASK_SLEEF_DOUBLE_U10(function) Sleef_cinz_##function##d2_u10sse2
#define BASK_SLEEF_FLOAT_U10(function) Sleef_cinz_##function##f4_u10sse2
#define BASK_SLEEF_DOUBLE_U05(function) Sleef_cinz_##function##d2_u05sse2
#define BASK_SLEEF_FLOAT_U05(function) Sleef_cinz_##function##f4_u05sse2
#define BASK_SLEEF_DOUBLE_LOGARITHM BASK_SLEEF_DOUBLE_U10
#define BASK_SLEEF_FLOAT_LOGARITHM BASK_SLEEF_FLOAT_U10
#endif

namespace bask::strips {
namespace {
constexpr std::size_t kVectorBytes = 16;
constexpr const char* kVariantName = "baseline";
}  // namespace
}  // namespace bask::strips

#include <bask/collections/array/kernels/strip_variant.inl>

namespace bask::strips {

const Variant* baseline_variant() {
  return &kVariant;
}

}  // namespace bask::strips
