#include <unistd.h>
#include <bask/system/memory_limit.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace bask {
namespace {

std::optional<std::uint64_t> number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) return {};
  return value;  // "max", for no limit, is no number
}

// The smallest limit on the way from the group up to the root of its hierarchy.
std::uint64_t limit_up_from(const LimitSources& sources, const std::string& root, std::string group,
                            const std::string& file) {
  std::uint64_t limit = ~std::uint64_t{0};
  while (true) {
    if (const auto found = number(sources.read_file(root + group + "/" + file)))
      limit = std::min(limit, *found);
    const auto slash = group.rfind('/');
    if (slash == std::string::npos) return limit;
    group.resize(slash);
  }
}

// Lines of /proc/self/cgroup: "0::/group" in version 2, "4:memory:/group" in version 1.
std::uint64_t control_group_limit(const LimitSources& sources) {
  std::uint64_t limit = ~std::uint64_t{0};
  std::istringstream lines(sources.read_file("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1) == "/" ? "" : line.substr(second + 1);
    if (controllers.empty()) {
      // Above memory.high, which Slurm sets too, processes are slowed down until they hardly move.
      for (const char* file : {"memory.max", "memory.high"})
        limit = std::min(limit, limit_up_from(sources, "/sys/fs/cgroup", group, file));
    }
    if (controllers.find("memory") != std::string::npos) {
      limit =
          std::min(limit, limit_up_from(sources, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
  }
  return limit;
}

// Slurm counts in MiB, and 0 stands for all there is.
std::uint64_t slurm_limit(const LimitSources& sources) {
  constexpr std::uint64_t kUnit = 1u << 20;
  std::uint64_t limit = ~std::uint64_t{0};
  if (const auto node = number(sources.variable("SLURM_MEM_PER_NODE")); node && *node != 0)
    limit = *node * kUnit;
  const auto per_cpu = number(sources.variable("SLURM_MEM_PER_CPU"));
  const auto cpus = number(sources.variable("SLURM_CPUS_ON_NODE"));
  if (per_cpu && cpus && *per_cpu != 0) limit = std::min(limit, *per_cpu * *cpus * kUnit);
  return limit;
}

}  // namespace

std::uint64_t memory_limit(const LimitSources& sources) {
  return std::min({sources.physical_bytes, control_group_limit(sources), slurm_limit(sources)});
}

std::uint64_t memory_limit() {
  LimitSources sources;
  sources.read_file = [](const std::string& path) -> std::optional<std::string> {
    std::ifstream file(path);
    if (!file) return {};
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  sources.variable = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  sources.physical_bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return memory_limit(sources);
}

}  // namespace bask
