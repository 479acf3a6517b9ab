#include <bask/collections/bag/hash_index.hpp>
#include <bask/core/error.hpp>

namespace bask::bags {

void HashIndex::grow() {
  constexpr std::size_t kFirst = 16, kMost = std::size_t{1} << 32;
  if (slots_.size() >= kMost) {
    throw Error("bag", "there are more than 2147483648 different keys in one task",
                "aggregate over coarser keys, or parts of the bag");
  }
  std::vector<Slot> larger(slots_.empty() ? kFirst : 2 * slots_.size());
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.number == kFree) continue;
    std::size_t place = (std::uint64_t{slot.tag} << 32 | slot.low) & mask;
    while (larger[place].number != kFree) place = (place + 1) & mask;
    larger[place] = slot;
  }
  slots_ = std::move(larger);
}

}  // namespace bask::bags
