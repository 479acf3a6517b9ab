// What of a result goes to a rank that reads it, and how many bytes that are.
#include <bask/plan/split.hpp>
#include <bask/plan/strip_reads.hpp>

#include <utility>

namespace bask {

// Finds out which readers of a result need a strip of it alone.
void Splitter::cut_strips(Source producer, std::uint32_t owner, std::span<Reader> readers) {
  if (options_.strips == nullptr) return;
  for (Reader& reader : readers) {
    const BlockPart* const part = options_.strips->strip(producer, reader.rank);
    if (part == nullptr) continue;
    StripExport strip{reader.rank, sizes_[reader.rank].tasks + reader.import,
                      static_cast<std::uint64_t>(part->bytes()), part->start};
    strip.box.insert(strip.box.end(), part->extent.begin(), part->extent.end());
    reader.strip_bytes = static_cast<float>(strip.bytes);
    strip_exports_[owner].push_back(std::move(strip));
  }
}

std::uint64_t Splitter::bytes_moved(std::span<const float> of_positions,
                                    std::span<const float> of_constants) const {
  double sum = 0;
  for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
    for (const Reader& reader : unit_readers_.of(unit))
      sum += reader.bytes_of(of_positions[plan_.unit_begin[unit + 1] - 1]);
  }
  for (std::uint32_t constant = 0; constant + 1 < constant_readers_.begin.size(); ++constant) {
    for (const Reader& reader : constant_readers_.of(constant))
      sum += reader.bytes_of(of_constants[constant]);
  }
  return static_cast<std::uint64_t>(sum);
}

}  // namespace bask
