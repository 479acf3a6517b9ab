#include <bask/launch/rank_text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bask {
namespace {

constexpr std::size_t kMostRanges = 6;
constexpr std::size_t kMostHosts = 4;

}  // namespace

std::string ranks_text(const std::vector<int>& ranks) {
  std::vector<std::string> ranges;
  std::size_t first = 0;
  for (std::size_t next = 1; next <= ranks.size() && ranges.size() < kMostRanges; ++next) {
    if (next < ranks.size() && ranks[next] == ranks[next - 1] + 1) continue;
    ranges.push_back(first + 1 == next ? fmt::format("{}", ranks[first])
                                       : fmt::format("{}-{}", ranks[first], ranks[next - 1]));
    first = next;
  }
  const std::size_t more = ranks.size() - first;
  return fmt::format("{} {}{}", ranks.size() == 1 ? "rank" : "ranks", fmt::join(ranges, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string hosts_text(const std::vector<std::string>& hosts) {
  if (hosts.size() <= kMostHosts) return fmt::format("{}", fmt::join(hosts, ", "));
  return fmt::format("{} hosts, {} to {}", hosts.size(), hosts.front(), hosts.back());
}

std::string count_text(long count, const std::string& word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

}  // namespace bask
