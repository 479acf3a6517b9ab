#include <bask/execution/unit_memory.hpp>

#include <algorithm>

namespace bask {

std::uint64_t UnitMemory::of_result(std::uint32_t position) const {
  const std::uint64_t planned = plan_->bytes.empty() ? 0 : static_cast<std::uint64_t>(plan_->bytes[position]);
  const std::uint32_t group = plan_->group[position];
  if (plan_->groups[group].sized) return planned;
  const std::uint64_t largest = largest_[group].load(std::memory_order_relaxed);
  return largest != 0 ? largest : planned;
}

MemoryNeed UnitMemory::made(std::uint32_t unit) const {
  MemoryNeed need;
  const std::uint32_t last = plan_.last_of(unit);
  for (std::uint32_t position = plan_.first_of(unit); position <= last; ++position) {
    const Annotations* const notes = plan_.notes_of(position);
    need.add_task(of_result(position), plan_->groups[plan_->group[position]].scratch,
                  notes == nullptr ? 0 : notes->memory.value_or(0));
  }
  return need;
}

std::vector<std::uint32_t> UnitMemory::distinct_inputs(std::uint32_t unit) const {
  std::vector<std::uint32_t> places;
  for_each_input(unit, [&](std::uint32_t place) {
    places.push_back(place);
    return true;
  });
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

MemoryNeed UnitMemory::need(std::uint32_t unit) const {
  MemoryNeed need = made(unit);
  for (const std::uint32_t place : distinct_inputs(unit)) need.inputs.push_back(results_.bytes(place));
  return need;
}

bool UnitMemory::is_known(std::uint32_t unit) const {
  const std::uint32_t last = plan_.last_of(unit);
  for (std::uint32_t position = plan_.first_of(unit); position <= last; ++position) {
    if (!plan_->groups[plan_->group[position]].sized) return false;
  }
  return true;
}

UnitMemory::Inputs UnitMemory::inputs(std::uint32_t unit) const {
  Inputs inputs;
  for (const std::uint32_t place : distinct_inputs(unit)) {
    inputs.all += results_.bytes(place);
    const ResultState::Place now = results_.state(place).place();
    if (now == ResultState::kAway || now == ResultState::kAnnounced) inputs.away += results_.bytes(place);
  }
  return inputs;
}

bool UnitMemory::frees_memory(std::uint32_t unit) const {
  std::uint64_t freed = 0;
  for_each_input(unit, [&](std::uint32_t place) {
    if (!results_.is_persisted(place) && results_.has_one_use_left(place)) freed += results_.bytes(place);
    return true;
  });
  return freed >= to_make(unit);
}

}  // namespace bask
