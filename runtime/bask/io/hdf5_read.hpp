// hdf5_read.hpp: reads any box of a dataset into memory. Where Bask can decode the chunks, it fetches and
// decompresses them outside of HDF5 and of its lock, so that threads read in parallel.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/io/cf_decoding.hpp>

#include <cstdint>
#include <span>

namespace bask {

/// Fills `out` with `wanted` elements: those from `start` on, `extent` of them along each axis, in C order.
/// Chunks that were never written give the fill value. Memory: scratch_bytes() for each thread.
/// Throws: Error naming file, dataset and chunk: when the file has changed since it was described, a chunk is
/// corrupt, the file ends too early, or the types do not fit (see ElementConversion).
void read_hdf5(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent, DType wanted, Hdf5Decoding decoding, void* out);

}  // namespace bask
