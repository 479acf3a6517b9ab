#include <bask/collections/bag/sources.hpp>

#include <algorithm>

namespace bask::bags {

std::vector<std::uint64_t> cuts_of(std::uint64_t size, const PartitionOptions& options,
                                   const char* function) {
  constexpr std::uint64_t kUnlessSaid = 100, kMost = ~std::uint32_t{0};
  if (options.partitions && options.partition_size) {
    throw Error(function, "both partitions and partition_size are given", "give one of them");
  }
  if (options.partitions == 0u || options.partition_size == std::uint64_t{0}) {
    throw Error(function, options.partitions ? "partitions is 0" : "partition_size is 0",
                "ask for one at least");
  }
  std::vector<std::uint64_t> cuts{0};
  if (options.partition_size) {
    const std::uint64_t each = *options.partition_size, count = size / each + (size % each != 0 ? 1 : 0);
    if (count >= kMost) {
      throw Error(function, std::to_string(count) + " partitions are too many", "make larger ones");
    }
    for (std::uint64_t k = 1; k < count; ++k) cuts.push_back(k * each);
    cuts.push_back(size);
    return cuts;
  }
  const std::uint64_t count = options.partitions.value_or(
      static_cast<std::uint32_t>(std::clamp<std::uint64_t>(size, 1, kUnlessSaid)));
  for (std::uint64_t k = 1; k <= count; ++k) cuts.push_back(size / count * k + std::min(k, size % count));
  return cuts;
}

PassPtr range_pass(std::uint64_t size, const PartitionOptions& options, const Step& feed) {
  const std::vector<std::uint64_t> cuts = cuts_of(size, options, "bag::range");
  auto inputs = std::make_shared<TaskInputs>();
  inputs->tasks = static_cast<std::uint32_t>(cuts.size() - 1);
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k)
    inputs->words.insert(inputs->words.end(), {cuts[k], cuts[k + 1]});
  return std::make_shared<const Pass>(Pass{std::move(inputs), feed, {}, {"range"}});
}

TaskInputs side_by_side(std::vector<Partitions> sources) {
  const std::uint32_t count = sources[0].size();
  for (const Partitions& source : sources) {
    if (source.size() != count) {
      throw Error(
          "bag::zip",
          "the bags have " + std::to_string(count) + " and " + std::to_string(source.size()) + " partitions",
          "zip bags of the same partitions, such as bags that one bag was mapped to");
    }
  }
  return {.sources = std::move(sources), .tasks = count};
}

}  // namespace bask::bags
