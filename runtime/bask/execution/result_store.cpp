#include <bask/core/error.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/result_store.hpp>

#include <algorithm>
#include <utility>

namespace bask {

ResultStore::ResultStore(std::vector<std::uint32_t> uses, std::vector<Value*> constants, RankMemory& memory,
                         bool may_spill)
    : values_(uses.size()),
      uses_(std::move(uses)),
      bytes_(std::make_unique_for_overwrite<std::uint64_t[]>(uses_.size())),
      constants_(std::move(constants)),
      memory_(memory),
      may_spill_(may_spill) {
  if (may_spill_) words_ = std::make_unique<std::uint32_t[]>(values_.size());
  if (!memory.ledger().has_limit()) return;
  if (may_spill_) persisted_.resize(constants_.size());
  for (std::size_t constant = 0; constant < constants_.size(); ++constant) {
    const Value* const value = constants_[constant];
    if (value == nullptr) continue;
    std::shared_ptr<PersistedResult> persisted = memory.find(value);
    if (persisted == nullptr) constant_bytes_ += value->heap_bytes();
    if (may_spill_) persisted_[constant] = std::move(persisted);
  }
  memory_.ledger().take(MemoryKind::kConstants, constant_bytes_);
}

ResultStore::~ResultStore() {
  memory_.ledger().give_back(MemoryKind::kConstants, constant_bytes_);
  std::uint64_t left = 0;  // results of a run that has stopped
  for (std::uint32_t position = 0; position < positions(); ++position) {
    const ValueType* const type = values_[position].type();
    if (type != nullptr && !type->is_trivial) left += bytes_[position];
  }
  memory_.ledger().give_back(MemoryKind::kResults, left);
  for (const auto& persisted : persisted_) {
    if (persisted != nullptr) ResultState(persisted->word).unpin_all();
  }
}

// Without a limit, it does not pay to encode a value to see how large it is.
std::uint64_t ResultStore::measured(std::uint32_t position) const {
  const Value& value = values_[position];
  const bool is_encoded = value.has_value() && !value.type()->tells_held_bytes;
  return is_encoded && !has_limit() ? value.type()->size : value.heap_bytes();
}

void ResultStore::count_made(std::uint32_t position, std::uint64_t bytes, MemoryBudget& budget) {
  const MemoryLedger& ledger = memory_.ledger();
  if (bytes > ledger.limit()) {
    throw Error(
        "memory limit",
        "the result has " + format_size(bytes) + ", and this rank may use " + format_size(ledger.limit()),
        "make it in smaller pieces, or raise --bask-memory-limit");
  }
  bytes_[position] = bytes;
  if (const std::uint64_t missing = budget.use(bytes); missing != 0)
    memory_.ledger().take(MemoryKind::kResults, missing);
  if (may_spill_) {
    memory_.ledger().fit_caches();
    state(position).make_here(bytes == 0);
  }
}

// An object that was moved from may have no state that can be encoded: it counts as before until it is freed.
std::uint64_t ResultStore::recount(std::uint32_t position) {
  if (!values_[position].type()->tells_held_bytes) return 0;
  const std::uint64_t bytes = measured(position);
  return std::exchange(bytes_[position], bytes) - bytes;
}

std::uint64_t ResultStore::free_now(std::uint32_t position, MemoryBudget* budget) {
  if (may_spill_ && state(position).doom() != ResultState::kHere) return 0;  // it is leaving, or has left
  values_[position].reset();
  const std::uint64_t bytes = bytes_[position];
  if (budget != nullptr) {
    budget->left += bytes;
  } else {
    memory_.ledger().give_back(MemoryKind::kResults, bytes);
  }
  return bytes;
}

void ResultStore::find_other_persisted() {
  others_ = memory_.all_persisted();
  std::erase_if(others_, [&](const auto& persisted) {
    return std::find(persisted_.begin(), persisted_.end(), persisted) != persisted_.end();
  });
}

PersistedResult ResultStore::take_persisted(std::uint32_t position, std::optional<SpilledCopy> copy) {
  const bool is_counted = copy || !values_[position].type()->is_trivial;
  PersistedResult persisted{std::move(values_[position]), 0, is_counted ? bytes_[position] : 0, copy};
  ResultState(persisted.word).place_again(persisted.value.has_value(), copy.has_value());
  return persisted;
}

Value ResultStore::take(std::uint32_t position) {
  if (!values_[position].type()->is_trivial)
    memory_.ledger().give_back(MemoryKind::kResults, bytes_[position]);
  return std::move(values_[position]);
}

Results ResultStore::take(std::span<const Source> targets) {
  Results results;
  results.values.reserve(targets.size());
  results.targets.resize(targets.size());
  std::vector<std::uint32_t> place_of(values_.size(), kNoIndex);
  for (std::size_t i = targets.size(); i-- > 0;) {  // from the back: of equal targets the last may move
    const Source source = targets[i];
    if (source.is_constant()) {
      results.targets[i] = {constants_[source.index()], false};
      continue;
    }
    std::uint32_t& place = place_of[source.index()];
    const bool is_last = place == kNoIndex;
    if (is_last) {
      place = static_cast<std::uint32_t>(results.values.size());
      results.values.push_back(take(source.index()));
    }
    results.targets[i] = {&results.values[place], is_last};
  }
  return results;
}

std::uint64_t Pins::recount() {
  std::uint64_t moved = 0;
  for (std::size_t i = 0; i < room_.size(); ++i) {
    if (room_[i].last_use) moved += store_.recount(sources_[i].index());
  }
  return moved;
}

}  // namespace bask
