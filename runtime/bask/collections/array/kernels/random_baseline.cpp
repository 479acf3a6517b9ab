// The loops that make random numbers, for the baseline; the build gives the compiler's options.
#include <bask/collections/array/kernels/random_tables.hpp>

#include <Random123/philox.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bask::strips {
namespace {
#include <bask/collections/array/kernels/random_loops.inl>
}  // namespace
}  // namespace bask::strips

namespace bask::strips {

RandomStrip baseline_random_strip() {
  return &strip;
}

}  // namespace bask::strips
