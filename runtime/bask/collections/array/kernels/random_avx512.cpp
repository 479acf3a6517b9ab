// The loops that make random numbers, for AVX-512; the build gives the compiler's options.
#include <bask/collections/array/kernels/random_tables.hpp>

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#include <Random123/philox.h>
#include <immintrin.h>

namespace bask::strips {
namespace {
#include <bask/collections/array/kernels/random_loops.inl>
}  // namespace
}  // namespace bask::strips
#endif

namespace bask::strips {

RandomStrip avx512_random_strip() {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
  return &strip;
#else
  return nullptr;
#endif
}

}  // namespace bask::strips
