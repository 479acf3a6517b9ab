// numerics_text.hpp: the vector loops and libraries that this process computes with, as text.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>

namespace bask {

/// "vector loops avx512, BLAS OpenBLAS 0.3.21 (SkylakeX)": what the last bits of results and the speed depend
/// on, as the ranks of the job have agreed.
std::string numerics_text();

/// For --bask-version: a line each for vector loops, BLAS, MPI and HDF5.
std::string libraries_text();

}  // namespace bask
