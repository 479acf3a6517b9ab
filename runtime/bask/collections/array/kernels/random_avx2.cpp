// The loops that make random numbers, for AVX2; the build gives the compiler's options.
#include <bask/collections/array/kernels/random_tables.hpp>

#if defined(__AVX2__) && defined(__FMA__)
#include <Random123/philox.h>
#include <immintrin.h>

namespace bask::strips {
namespace {
#include <bask/collections/array/kernels/random_loops.inl>
}  // namespace
}  // namespace bask::strips
#endif

namespace bask::strips {

RandomStrip avx2_random_strip() {
#if defined(__AVX2__) && defined(__FMA__)
  return &strip;
#else
  return nullptr;
#endif
}

}  // namespace bask::strips
