#include <fmt/format.h>
#include <bask/trace/part_name.hpp>

#include <charconv>
#include <string>

namespace bask {

std::filesystem::path event_part_path(const std::filesystem::path& file, std::uint32_t rank) {
  return fmt::format("{}.rank-{}.part", file.string(), rank);
}

std::optional<std::uint32_t> rank_of_event_part(const std::filesystem::path& part,
                                                const std::filesystem::path& file) {
  const std::string name = part.filename().string(), begin = file.filename().string() + ".rank-";
  if (!name.starts_with(begin)) return std::nullopt;
  std::uint32_t rank = 0;
  std::from_chars(name.data() + begin.size(), name.data() + name.size(), rank);
  return name == event_part_path(file.filename(), rank) ? std::optional(rank) : std::nullopt;
}

}  // namespace bask
