#include <bask/launch/memory_share.hpp>

#include <fmt/format.h>
#include <bask/core/spare_memory.hpp>
#include <bask/core/units.hpp>
#include <bask/system/kept_memory.hpp>
#include <bask/system/memory_limit.hpp>
#include <bask/system/resident_memory.hpp>

#include <algorithm>

namespace bask {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kResidentStep = 16 * kMiB;
constexpr std::uint64_t kForRuntime = 32 * kMiB;
constexpr std::uint64_t kForThread = 4 * kMiB;
constexpr std::uint64_t kLeastWorkable = 16 * kMiB;

std::uint64_t margin(std::uint64_t resident, int threads) {
  return (resident + kResidentStep - 1) / kResidentStep * kResidentStep + kForRuntime +
         static_cast<std::uint64_t>(std::max(threads, 1)) * kForThread;
}

// Of a rank's part of the host: at least a quarter, for a rank that has less can only fail.
std::uint64_t beside_margin(std::uint64_t part, std::uint64_t margin) {
  return std::max(part > margin ? part - margin : 0, part / 4);
}

std::uint64_t automatic_limit(std::uint64_t part, std::uint64_t margin) {
  return beside_margin(part, margin) / 10 * 9 / kMiB * kMiB;
}

std::string cut_text(std::uint64_t given, std::uint64_t part, std::uint64_t margin) {
  return fmt::format(
      "--bask-memory-limit={}, beside {} for the program, is more than the {} that there are for a rank: "
      "only "
      "the rest of these is used",
      spell_size(given), format_size(margin), format_size(part));
}

std::string warning(const MemoryFacts& facts, std::uint64_t part, const MemoryShare& share) {
  if (facts.given > share.limit) return cut_text(facts.given, part, share.margin);
  if (facts.given == 0 && part < share.margin + kLeastWorkable) {
    return fmt::format(
        "of {} of memory for a rank the program and MPI take about {}; start fewer ranks a host, "
        "or ask for more memory",
        format_size(part), format_size(share.margin));
  }
  if (share.limit < kLeastWorkable) {
    return fmt::format("a memory limit of {} leaves little room to work; say --bask-memory-limit={} or more",
                       format_size(share.limit), spell_size(kLeastWorkable));
  }
  return {};
}

}  // namespace

MemoryFacts memory_facts(const Options& options) {
  return {memory_limit(), options.memory_limit, resident_memory().now};
}

std::vector<MemoryShare> share_memory(std::span<const MemoryFacts> ranks, std::span<const int> threads) {
  const std::uint64_t there = std::ranges::min(ranks, {}, &MemoryFacts::there).there;
  const std::uint64_t part = there / ranks.size();
  const std::uint64_t resident = std::ranges::max(ranks, {}, &MemoryFacts::resident).resident;
  std::vector<MemoryShare> shares;
  std::uint64_t taken = 0;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    MemoryShare share{.limit = ranks[rank].given, .margin = margin(resident, threads[rank])};
    if (share.limit == 0) share.limit = automatic_limit(part, share.margin);
    taken += std::min(share.limit, there) + share.margin;
    shares.push_back(std::move(share));
  }
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    MemoryShare& share = shares[rank];
    if (taken > there && ranks[rank].given != 0)
      share.limit = std::min(share.limit, beside_margin(part, share.margin));
    share.warning = warning(ranks[rank], part, share);
  }
  return shares;
}

void keep_to(const MemoryShare& share) {
  spare_memory::set_limit(share.limit);
  keep_freed_memory(share.limit);
  set_resident_bound(share.limit + share.margin);
}

}  // namespace bask
