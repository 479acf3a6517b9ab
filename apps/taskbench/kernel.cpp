#include "kernel.hpp"

#include "random_draw.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace taskbench {
namespace {

// Eight doubles in vector registers, whether or not the compiler would vectorise the loop itself.
using Vector [[gnu::vector_size(64)]] = double;
using Numbers = std::array<Vector, 8>;
static_assert(kFlopsPerIteration == 2 * sizeof(Numbers) / sizeof(double));

void compute(std::uint64_t iterations) {
  Numbers numbers;
  numbers.fill(Vector{} + 1.25);
  for (std::uint64_t iteration = 0; iteration < iterations; ++iteration) {
    for (Vector& vector : numbers) vector = vector * 0.75 + 0.25;  // stays between 1 and 1.25
    // Makes the compiler assume that the numbers are read and written here, so that it can neither drop an
    // iteration nor merge several.
    asm volatile("" : "+m"(numbers));
  }
}

void stream(std::uint64_t iterations, std::uint32_t scratch_bytes) {
  thread_local std::vector<double> scratch;
  const std::size_t words = scratch_bytes / sizeof(double);
  if (scratch.size() < words) scratch.resize(words);
  double* const first = scratch.data();
  for (std::uint64_t iteration = 0; iteration < iterations; ++iteration) {
    for (std::size_t i = 0; i < words; ++i) first[i] += 1;
    asm volatile("" : : "r"(first) : "memory");
  }
}

}  // namespace

const std::vector<std::string_view>& kernel_names() {
  static const std::vector<std::string_view> names = {"empty", "compute_bound", "memory_bound",
                                                      "load_imbalance"};
  return names;
}

std::string_view name_of(KernelType kernel) {
  return kernel_names()[static_cast<std::size_t>(kernel)];
}

std::uint64_t iterations_at(const Work& work, Place at) {
  if (work.kernel == KernelType::kEmpty) return 0;
  if (work.kernel != KernelType::kLoadImbalance) return work.iterations;
  const double factor = 1 + (draw({at.step, at.point}) - 0.5) * static_cast<double>(work.imbalance);
  return static_cast<std::uint64_t>(std::llround(factor * work.iterations));
}

std::uint64_t flops_at(const Work& work, Place at) {
  if (work.kernel == KernelType::kMemoryBound) return 0;
  return iterations_at(work, at) * kFlopsPerIteration;
}

std::uint64_t bytes_at(const Work& work, Place at) {
  if (work.kernel != KernelType::kMemoryBound) return 0;
  return iterations_at(work, at) * 2 * work.scratch_bytes;
}

void run_kernel(const Work& work, Place at) {
  switch (work.kernel) {
    case KernelType::kEmpty:
      return;
    case KernelType::kComputeBound:
    case KernelType::kLoadImbalance:
      return compute(iterations_at(work, at));
    case KernelType::kMemoryBound:
      return stream(iterations_at(work, at), work.scratch_bytes);
  }
}

}  // namespace taskbench
