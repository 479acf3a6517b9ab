// memory_limit.hpp: how much memory this process may use, as the machine and the batch system say.
// Runs on: every rank. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bask {

/// Where limits are read from; replaced in tests.
struct LimitSources {
  std::function<std::optional<std::string>(const std::string& path)> read_file;
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::uint64_t physical_bytes;
};

/// The smallest of: the limits of the process's control group and of those above it (version 1 and 2),
/// SLURM_MEM_PER_NODE, SLURM_MEM_PER_CPU times the node's CPUs, and physical memory. In bytes.
std::uint64_t memory_limit(const LimitSources& sources);
/// The same for this process on this machine.
std::uint64_t memory_limit();

}  // namespace bask
