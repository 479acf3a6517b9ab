// What the memory gate tells of the units that wait at it.
#include <bask/execution/memory_gate.hpp>

#include <algorithm>

namespace bask {

std::vector<UnitAtGate> MemoryGate::units_at_gate(std::size_t most) {
  std::vector<UnitAtGate> units;
  if (!is_on_ || waiting() == 0) return units;
  const Held held(mutex_);
  for (const auto& [unit, gathering] : gathering_) units.push_back({unit, 0, true});
  std::ranges::sort(units, {}, &UnitAtGate::unit);
  for (const WaitingUnit& each : waiting_) {
    if (units.size() >= most) break;
    const std::uint32_t unit = each.ready.unit;
    units.push_back({unit, sizes_.to_make(unit) + sizes_.inputs(unit).away, false});
  }
  if (units.size() > most) units.resize(most);
  return units;
}

}  // namespace bask
