#include <bask/memory_text.hpp>

#include <fmt/format.h>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/launch/rank_text.hpp>

#include <algorithm>
#include <chrono>
#include <set>

namespace bask {
namespace {

std::string limits_text(std::uint64_t least, std::uint64_t most) {
  if (least == most) return "the limit of " + format_size(most);
  return fmt::format("limits of {} to {}", format_size(least), format_size(most));
}

// Directories on several hosts mostly have the same name.
std::string directories_text(const std::set<std::string>& directories) {
  if (directories.size() == 1) return *directories.begin();
  return fmt::format("{} directories such as {}", directories.size(), *directories.begin());
}

}  // namespace

std::string spilled_text(const std::vector<MemoryUse>& ranks) {
  MemoryUse all{.limit = ~std::uint64_t{0}};
  std::uint64_t most_limit = 0;
  long spilled = 0;
  std::set<std::string> directories;
  for (const MemoryUse& rank : ranks) {
    if (rank.spilled == 0 && rank.made_again == 0) continue;
    all.made_again += rank.made_again;
    all.lost_ns = std::max(all.lost_ns, rank.lost_ns);  // ranks wait at the same time
    all.limit = std::min(all.limit, rank.limit);
    most_limit = std::max(most_limit, rank.limit);
    if (rank.spilled == 0) continue;
    ++spilled;
    all.spilled += rank.spilled;
    directories.insert(rank.scratch);
  }
  if (spilled == 0 && all.made_again == 0) return {};
  std::vector<std::string> ways;
  if (spilled != 0) {
    ways.push_back(fmt::format("went to {}{}", directories_text(directories),
                               ranks.size() > 1 ? fmt::format(" ({})", count_text(spilled, "rank")) : ""));
  }
  if (all.made_again != 0) ways.push_back("were made again when they were read");
  return fmt::format(
      "{} of results did not fit into {} and {}: {} were lost; raise --bask-memory-limit or use "
      "smaller chunks",
      spilled != 0 ? format_size(all.spilled) : format_size(all.made_again),
      limits_text(all.limit, most_limit),
      fmt::join(ways, fmt::format(", {} more ", format_size(all.made_again))),
      format_duration(std::chrono::nanoseconds(all.lost_ns)));
}

void log_spilled(const std::vector<MemoryUse>& ranks) {
  if (const std::string text = spilled_text(ranks); !text.empty()) log_job_line(LogLevel::kInfo, text);
}

}  // namespace bask
