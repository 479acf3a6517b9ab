#include <bask/execution/rank_memory.hpp>
#include <bask/execution/spill_file.hpp>
#include <bask/system/resident_memory.hpp>

#include <utility>

namespace bask {

RankMemory::RankMemory(std::uint64_t limit, std::function<std::string()> scratch, TransferCalls calls)
    : RankMemory(limit, Backing{[scratch = std::move(scratch), calls = std::move(calls)](EventLog* events) {
                                  return std::make_unique<SpillFile>(scratch(), calls, events);
                                },
                                [](unsigned threads) { return std::make_unique<Remaker>(threads); }}) {}

SpillStore& RankMemory::spill_store() {
  const Held held(mutex_);
  if (store_ == nullptr) store_ = backing_.store(events_.get());
  return *store_;
}

Remaker& RankMemory::remaker(unsigned threads) {
  const Held held(mutex_);
  if (remaker_ == nullptr) remaker_ = backing_.remaker(threads);
  return *remaker_;
}

void RankMemory::free(const SpilledCopy& copy) {
  if (copy.recipe == nullptr) spill_store().free(copy.extent);
}

void RankMemory::recount() {
  const Recorder* const recorder = recorder_.load(std::memory_order_acquire);
  ledger_.set(MemoryKind::kJournal, recorder == nullptr ? 0 : recorder->held_bytes());
}

RankMemory::Counts RankMemory::counts() {
  const Held held(mutex_);
  return {store_ == nullptr ? SpillCounts{} : store_->counts(), remaker_ == nullptr ? 0 : remaker_->bytes()};
}

std::uint64_t RankMemory::bytes_on_disk() {
  const Held held(mutex_);
  return store_ == nullptr ? 0 : store_->bytes_held();
}

RankMemory::Counts RankMemory::begin_use() {
  ledger_.begin_peak();
  ledger_.fit_caches();
  spare_memory::begin_peak();
  return counts();
}

MemoryUse RankMemory::use(const Counts& before) {
  const Counts now = counts();
  MemoryUse use{.limit = ledger_.limit(),
                .held = ledger_.held(),
                .peak = ledger_.peak(),
                .spilled = now.disk.bytes_written - before.disk.bytes_written,
                .read_back = now.disk.bytes_read - before.disk.bytes_read,
                .made_again = now.made_again - before.made_again,
                .resident_peak = resident_memory().peak};
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
    use.peak_by_kind[kind] = ledger_.peak(static_cast<MemoryKind>(kind));
  use.peak_by_kind[static_cast<std::size_t>(MemoryKind::kCache)] = spare_memory::peak();
  if (use.spilled != 0) use.scratch = spill_store().directory().string();
  return use;
}

std::shared_ptr<Value> RankMemory::persist(PersistedResult result) {
  if (ResultState(result.word).place() == ResultState::kHere)
    ledger_.move(MemoryKind::kResults, MemoryKind::kPersisted, result.bytes);
  auto persisted = std::make_shared<PersistedResult>(std::move(result));
  Value* const value = &persisted->value;
  const Held held(mutex_);
  persisted_.emplace(value, persisted);
  return {value, [memory = shared_from_this(), persisted](Value*) { memory->drop(persisted); }};
}

std::shared_ptr<PersistedResult> RankMemory::find(const Value* value) {
  const Held held(mutex_);
  const auto found = persisted_.find(value);
  return found == persisted_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<PersistedResult>> RankMemory::all_persisted() {
  const Held held(mutex_);
  std::vector<std::shared_ptr<PersistedResult>> all;
  for (const auto& [value, result] : persisted_) all.push_back(result);
  return all;
}

// A result that a run is writing to the disk is freed when it has been written.
void RankMemory::drop(const std::shared_ptr<PersistedResult>& result) {
  const ResultState::Place place = ResultState(result->word).doom();
  std::optional<SpilledCopy> copy;
  Value value;
  {
    const Held held(mutex_);
    persisted_.erase(&result->value);
    if (place == ResultState::kLeaving) return;
    value = std::move(result->value);  // a run may know it still, as one that could leave
    copy = std::exchange(result->copy, std::nullopt);
  }
  if (place == ResultState::kHere) {
    value.reset();  // without the lock: parts of exchanges that go call back
    ledger_.give_back(MemoryKind::kPersisted, result->bytes);
  }
  if (copy) free(*copy);
}

}  // namespace bask
