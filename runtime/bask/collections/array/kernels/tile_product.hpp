// tile_product.hpp: products of matrices in memory, the one place that calls BLAS (blas.hpp).
// Runs on: every rank. Threads: any; each call uses its own thread alone.
// Invariants: (1) on one machine, the order of additions depends on the sizes alone.
#pragma once

#include <bask/collections/array/block/dtype.hpp>

#include <cstddef>
#include <cstdint>

namespace bask {

struct TileSizes {
  std::int64_t rows = 0, inner = 0, columns = 0;
  bool left_transposed = false;   ///< the left factor lies as inner × rows
  bool right_transposed = false;  ///< the right factor lies as columns × inner
};

/// Whether factors of this type may lie transposed: true for the types that BLAS knows.
constexpr bool knows_transposed(DType dtype) {
  return is_floating(dtype) || is_complex(dtype);
}

/// The most that a library packs its factors into while it makes a product of such sizes, in bytes. Measured
/// with OpenBLAS, whose kernels for various CPUs take between a quarter and nine tenths of it.
double packing_bytes(DType dtype, const TileSizes& sizes);

/// product (rows × columns) += left · right, all in C order without gaps and of `dtype`. Integers wrap; of
/// bool, + is "or" and · is "and", as in NumPy. Floating and complex types go to BLAS, on one thread.
/// Throws: Error when a size is beyond what BLAS counts.
void add_tile_product(DType dtype, const TileSizes& sizes, const std::byte* left, const std::byte* right,
                      std::byte* product);

}  // namespace bask
