// kernel.hpp: what a task does besides reading its inputs, as Task Bench defines it.
// Runs on: every rank. Threads: any; memory_bound has a buffer for each thread.
#pragma once

#include "pattern.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace taskbench {

enum class KernelType : std::uint32_t {
  kEmpty,
  kComputeBound,   ///< `iterations` times a multiply and an add on each of 64 numbers
  kMemoryBound,    ///< `iterations` times reads and writes every word of `scratch_bytes`
  kLoadImbalance,  ///< as compute_bound, with a different number of iterations in each task
};

/// The names that Task Bench gives the kernels, in the order of KernelType.
const std::vector<std::string_view>& kernel_names();
std::string_view name_of(KernelType kernel);

inline constexpr std::uint64_t kFlopsPerIteration = 128;

/// What every task of a run is asked to do.
struct Work {
  KernelType kernel;
  std::uint32_t iterations;
  std::uint32_t scratch_bytes;  ///< a multiple of 8
  float imbalance;  ///< 0 to 2: iterations vary by up to `imbalance / 2` of their mean to either side
};

/// What one task does, exactly.
std::uint64_t iterations_at(const Work& work, Place at);
std::uint64_t flops_at(const Work& work, Place at);
std::uint64_t bytes_at(const Work& work, Place at);  ///< read plus written in the scratch memory

void run_kernel(const Work& work, Place at);

}  // namespace taskbench
