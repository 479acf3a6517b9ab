// command_line.hpp: the options of the benchmark, with Task Bench's names and meanings.
// Runs on: rank 0. Threads: any.
#pragma once

#include "compare.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taskbench {

/// What runs the tasks.
enum class RunnerType {
  kBask,
  kMpi,  ///< plain MPI, on the ranks that otherwise run Bask's tasks
};

struct CommandLine {
  std::vector<DependenceType> types{DependenceType::kStencil1d};
  std::vector<std::uint32_t> widths{8};
  std::uint32_t steps = 1000;
  std::uint16_t radix = 5;
  Work work{.kernel = KernelType::kComputeBound, .iterations = 64, .scratch_bytes = 65536, .imbalance = 1};
  std::uint32_t output_bytes = 16;
  std::vector<RunnerType> runners{RunnerType::kBask};
  Rounds rounds;
  bool json = false;
  bool help = false;

  Workload workload(DependenceType type, std::uint32_t width) const {
    return {{.width = width, .steps = steps, .radix = radix, .type = type}, work, output_bytes};
  }
};

/// Reads `-name value`, `-name=value`, and the same with two dashes; the last one counts.
/// Throws: Error (kUsage) that names the option and lists the choices.
CommandLine parse_command_line(std::span<const std::string_view> arguments);

/// What --help prints.
std::string help_text();

}  // namespace taskbench
