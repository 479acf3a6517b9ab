// random_tables.hpp: random_strip, compiled once for each instruction set.
// Runs on: every rank. Threads: any; the functions keep nothing.
#pragma once

#include <bask/collections/array/kernels/random_strips.hpp>

namespace bask::strips {

using RandomStrip = void (*)(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first,
                             std::int64_t stride, std::size_t count, void* out);
/// Null where the variant was not compiled: on another architecture, or under a sanitizer.
RandomStrip avx512_random_strip();
RandomStrip avx2_random_strip();
RandomStrip baseline_random_strip();

}  // namespace bask::strips
