#include <bask/collections/bag/use.hpp>
#include <bask/core/log.hpp>
#include <bask/graph/runtime.hpp>

#include <algorithm>

namespace bask::bags {

std::uint32_t partitions_to_take(const TakeOptions& options, std::uint32_t partitions) {
  if (options.npartitions == 0 || options.npartitions < -1) {
    throw Error("bag::take", "npartitions is " + std::to_string(options.npartitions),
                "say how many partitions to look into, or -1 for all");
  }
  if (options.npartitions == -1) return partitions;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(options.npartitions, partitions));
}

void warn_of_few(std::uint64_t wanted, std::uint64_t found, std::uint32_t looked, std::uint32_t partitions) {
  if (!current_runtime().knows_values()) return;
  std::string text = "bag::take: " + std::to_string(wanted) + " elements were asked for, and " +
                     std::to_string(found) + " are in the first " + std::to_string(looked) + " of " +
                     std::to_string(partitions) + " partitions";
  if (looked < partitions) text += "; take(k, {.npartitions = -1}) looks into all";
  log_line(LogLevel::kWarning, text);
}

}  // namespace bask::bags
