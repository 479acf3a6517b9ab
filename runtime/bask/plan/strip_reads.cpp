#include <bask/plan/strip_reads.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

// Both are boxes of one block.
void enclose(BlockPart& all, const BlockPart& part) {
  for (std::size_t k = 0; k < all.start.size(); ++k) {
    const std::int64_t end = std::max(all.start[k] + all.extent[k], part.start[k] + part.extent[k]);
    all.start[k] = std::min(all.start[k], part.start[k]);
    all.extent[k] = end - all.start[k];
  }
}

}  // namespace

std::optional<BlockPart> StripReads::strip(Source source, double bytes, const Readers& readers) const {
  std::optional<BlockPart> all;
  std::uint32_t last = kNoIndex;
  for (const std::uint32_t unit : readers.units) {
    if (readers.rank_of_unit[unit] != readers.rank || unit == std::exchange(last, unit)) continue;
    if (!add_readings(unit, source, all) || all->bytes() > kMostOfWhole * bytes) return std::nullopt;
  }
  return all;
}

// Makes the box larger by what the unit reads. Returns false when a task of the unit needs the whole.
bool StripReads::add_readings(std::uint32_t unit, Source source, std::optional<BlockPart>& all) const {
  for (std::uint32_t position = plan_.unit_begin[unit]; position < plan_.unit_begin[unit + 1]; ++position) {
    const std::span<const Source> inputs = plan_.inputs_of(position);
    for (std::uint32_t input = 0; input < inputs.size(); ++input) {
      if (inputs[input] != source) continue;
      const std::optional<BlockPart> part = part_read(position, input);
      if (!part) return false;
      if (all) {
        enclose(*all, *part);
      } else {
        all = part;
      }
    }
  }
  return all.has_value();
}

double StripReads::bytes_read(std::uint32_t position, std::uint32_t input, double bytes) const {
  if (bytes < kSmallest) return bytes;
  const std::optional<BlockPart> part = part_read(position, input);
  return part && part->bytes() <= kMostOfWhole * bytes ? part->bytes() : bytes;
}

std::optional<BlockPart> StripReads::part_read(std::uint32_t position, std::uint32_t input) const {
  const auto [layer, index] = graph_.place_of(plan_.task[position]);
  return index < layer->size() ? layer->part_read(index, input) : std::nullopt;
}

}  // namespace bask
