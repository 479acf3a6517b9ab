// hdf5_read.hpp: any box of a dataset into memory. Chunks are fetched and decompressed outside of HDF5 and
// of its lock wherever their bytes are known to Bask, so that threads read in parallel.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/io/cf_decoding.hpp>

#include <cstdint>
#include <span>

namespace bask {

/// Fills `out` with the elements from `start` on, `extent` of them along each axis, in C order, as `wanted`.
/// Chunks that were never written give the fill value. Memory: one chunk for each thread.
/// Throws: Error naming file, dataset and chunk: when the file has changed since it was described, a chunk is
/// corrupt, the file ends too early, or the types do not fit (see ElementConversion).
void read_hdf5(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent, DType wanted, Hdf5Decoding decoding, void* out);

}  // namespace bask
