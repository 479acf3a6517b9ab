#include <bask/core/mutex.hpp>
#include <bask/exchange/parts_backing.hpp>
#include <bask/exchange_backing.hpp>
#include <bask/execution/rank_memory.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace bask {
namespace {

// Waits until so many transfers have ended.
class Transfers {
 public:
  explicit Transfers(std::size_t count) : left_(count) {}
  void end(const SpillOutcome& outcome) {
    const Held held(mutex_);
    if (outcome.error && !error_) error_ = outcome.error;
    if (--left_ == 0) ended_.notify_all();
  }
  std::optional<Error> wait() {
    const Held held(mutex_);
    while (left_ != 0) ended_.wait(mutex_);
    return error_;
  }

 private:
  Mutex mutex_;
  Condition ended_;
  std::size_t left_ BASK_GUARDED_BY(mutex_);
  std::optional<Error> error_ BASK_GUARDED_BY(mutex_);
};

Extent extent_of(const PartsBacking::Place& place) {
  return {place.offset, place.bytes, place.checksum};
}

class ExchangeBacking final : public PartsBacking {
 public:
  explicit ExchangeBacking(const std::shared_ptr<RankMemory>& memory) : memory_(memory) {}

  bool try_take(std::uint64_t bytes) override {
    const std::shared_ptr<RankMemory> memory = memory_.lock();
    if (memory == nullptr) return true;  // nobody computes any more
    MemoryLedger& ledger = memory->ledger();
    const std::uint64_t most = ledger.limit() / 4;
    const bool has_room = bytes <= most && ledger.held(MemoryKind::kExchange) <= most - bytes;
    return has_room && ledger.try_take(MemoryKind::kExchange, bytes);
  }
  void give_back(std::uint64_t bytes) noexcept override {
    if (const auto memory = memory_.lock()) memory->ledger().give_back(MemoryKind::kExchange, bytes);
  }

  std::vector<Place> write(std::span<const std::span<const std::byte>> parts) override {
    const std::shared_ptr<RankMemory> memory = rank_memory();
    SpillStore& store = memory->spill_store();
    std::vector<Place> places(parts.size());
    Transfers transfers(parts.size());
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (parts[k].empty()) {
        transfers.end({});
        continue;
      }
      store.write(parts[k], [&, k](const SpillOutcome& outcome) {
        if (!outcome.error)
          places[k] = {outcome.extent.offset, outcome.extent.bytes, outcome.extent.checksum};
        transfers.end(outcome);
      });
    }
    if (const std::optional<Error> error = transfers.wait()) {
      free(places);
      throw *error;
    }
    return places;
  }

  void read(std::span<const Reading> readings) override {
    const std::shared_ptr<RankMemory> memory = rank_memory();
    SpillStore& store = memory->spill_store();
    Transfers transfers(readings.size());
    for (const Reading& reading : readings) {
      store.read(extent_of(reading.from), reading.into,
                 [&](const SpillOutcome& outcome) { transfers.end(outcome); });
    }
    if (const std::optional<Error> error = transfers.wait()) throw *error;
  }

  void free(std::span<const Place> places) noexcept override {
    const std::shared_ptr<RankMemory> memory = memory_.lock();
    if (memory == nullptr) return;
    for (const Place& place : places)
      if (place.bytes != 0) memory->spill_store().free(extent_of(place));
  }

 private:
  std::shared_ptr<RankMemory> rank_memory() const {
    std::shared_ptr<RankMemory> memory = memory_.lock();
    if (memory == nullptr) {
      throw Error("exchange", "the runtime has ended, and with it what was on its disk",
                  "use arrays and bags while the client lives");
    }
    return memory;
  }

  const std::weak_ptr<RankMemory> memory_;
};

}  // namespace

void back_exchanges(const std::shared_ptr<RankMemory>& memory) {
  PartsBacking::set_of_process(std::make_shared<ExchangeBacking>(memory));
}

}  // namespace bask
