#include <bask/core/mutex.hpp>
#include <bask/execution/eviction_order.hpp>

#include <algorithm>
#include <utility>

namespace bask {

EvictionOrder::EvictionOrder(const PlanStore& plan, ResultStore& results) : plan_(plan), results_(results) {
  if (!results.may_spill()) return;
  begun_.resize(plan->units());
  unit_of_.resize(plan->tasks());
}

void EvictionOrder::add_units(std::uint32_t first, std::uint32_t count) {
  if (!results_.may_spill()) return;
  for (std::uint32_t unit = first; unit < first + count; ++unit) unit_of_[plan_.last_of(unit)] = unit;
  units_.store(first + count, std::memory_order_release);
}

void EvictionOrder::add(std::uint32_t place) {
  const Held held(noted_lock_);
  noted_.push_back(place);
}

// Whoever makes a result unpins it, then asks has_begun(); this stores has_begun_, then reads states: so none
// is missed.
bool EvictionOrder::begin() {
  if (has_begun_.exchange(true, std::memory_order_seq_cst)) return false;
  results_.find_other_persisted();
  for (std::uint32_t place = 0; place < results_.positions() + results_.persisted(); ++place) {
    if (results_.exists(place) && may_leave(place)) push(place);
  }
  return true;
}

bool EvictionOrder::may_leave(std::uint32_t place) {
  const ResultState state = results_.state(place);
  if (state.place() != ResultState::kHere || state.is_pinned()) return false;
  return !results_.is_persisted(place) || results_.bytes(place) != 0;  // others of no bytes stay pinned
}

void EvictionOrder::push(std::uint32_t place) {
  Heap& heap = heap_of(place);
  heap.push_back({next_use(place), place});
  std::push_heap(heap.begin(), heap.end());
}

void EvictionOrder::take_noted() {
  std::vector<std::uint32_t> noted;
  {
    const Held held(noted_lock_);
    noted.swap(noted_);
  }
  for (const std::uint32_t place : noted) {
    if (may_leave(place)) push(place);
  }
  if (written_.size() + unwritten_.size() > drop_stale_at_) drop_stale();
}

void EvictionOrder::drop_stale() {
  std::vector<std::uint32_t> places;
  for (const Heap* heap : {&written_, &unwritten_}) {
    for (const Candidate& candidate : *heap) places.push_back(candidate.place);
  }
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  written_.clear();
  unwritten_.clear();
  for (const std::uint32_t place : places) {
    if (may_leave(place)) push(place);
  }
  drop_stale_at_ = std::max<std::size_t>(1024, 2 * (written_.size() + unwritten_.size()));
}

// The next use on top of the heap, once that entry is right; none when the heap is empty.
std::optional<std::uint32_t> EvictionOrder::last_use(Heap& heap) {
  while (!heap.empty()) {
    const Candidate last = heap.front();
    const bool may = may_leave(last.place);
    if (may && &heap_of(last.place) == &heap && next_use(last.place) == last.next_use) return last.next_use;
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
    if (may) push(last.place);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> EvictionOrder::next() {
  take_noted();
  const std::optional<std::uint32_t> written = last_use(written_), unwritten = last_use(unwritten_);
  if (!written && !unwritten) return std::nullopt;
  const std::uint32_t now = newest_.load(std::memory_order_relaxed);
  const auto distance = [&](std::uint32_t use) { return use < now ? std::uint32_t{0} : use - now; };
  const bool is_written = written && (!unwritten || distance(*written) >= distance(*unwritten) / 2);
  Heap& heap = is_written ? written_ : unwritten_;
  const std::uint32_t place = heap.front().place;
  std::pop_heap(heap.begin(), heap.end());
  heap.pop_back();
  return place;
}

std::uint32_t EvictionOrder::first_to_come(std::span<const std::uint32_t> readers) const {
  std::uint32_t first = kNever;
  for (const std::uint32_t reader : readers) {
    const std::uint8_t& begun = begun_[reader];
    if (reader < first && std::atomic_ref(const_cast<std::uint8_t&>(begun)).load() == 0) first = reader;
  }
  return first;
}

std::uint32_t EvictionOrder::next_use(std::uint32_t place) {
  const Plan& plan = *plan_;
  if (results_.is_persisted(place)) {
    find_readers_of_constants();
    const std::uint32_t constant = place - results_.positions();
    return constant < readers_of_constant_.size() ? first_to_come(readers_of_constant_[constant]) : kNever;
  }
  if (place >= plan.tasks()) return first_to_come(plan.import_successors_of(place - plan.tasks()));
  const std::uint32_t unit = unit_of_[place];
  const std::uint32_t first = first_to_come(plan.successors_of(unit));
  // Another rank reads it at a time that is not known here: about when the next units are run.
  return first == kNever && !plan.exports_of(unit).empty() ? unit + 1 : first;
}

// Constants have no list of readers in the plan, so the inputs of all tasks are looked through, once.
void EvictionOrder::find_readers_of_constants() {
  const Plan& plan = *plan_;
  const std::uint32_t units = units_.load(std::memory_order_acquire);
  readers_of_constant_.resize(results_.persisted());
  for (; units_searched_ < units; ++units_searched_) {
    const std::uint32_t last = plan_.last_of(units_searched_);
    for (std::uint32_t position = plan_.first_of(units_searched_); position <= last; ++position) {
      for (const Source source : plan.inputs_of(position)) {
        if (source.is_constant() && results_.place_of_constant(source.index()) != kNoIndex)
          readers_of_constant_[source.index()].push_back(units_searched_);
      }
    }
  }
}

}  // namespace bask
