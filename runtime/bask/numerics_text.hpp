// numerics_text.hpp: what the numbers of this process are made by.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>

namespace bask {

/// "vector loops avx512, BLAS OpenBLAS 0.3.21 (SkylakeX)": what results' last bits and speed depend on, as
/// the ranks of the job have agreed.
std::string numerics_text();

/// For --bask-version: a line each for vector loops, BLAS, MPI and HDF5.
std::string libraries_text();

}  // namespace bask
