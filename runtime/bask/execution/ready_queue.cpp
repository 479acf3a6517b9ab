#include <bask/core/mutex.hpp>
#include <bask/execution/ready_queue.hpp>

#include <algorithm>
#include <functional>

namespace bask {
namespace {

constexpr auto kSmallestOnTop = std::greater<>();
constexpr std::size_t kMostSorted = 4096;  // in some 100 us, while the owner waits

// Where the less urgent half of these ascending units begins. Units whose places follow each other are read
// together: they stay together where such a row of them ends nearby. If one thread made a result at once, and
// another one its neighbour after all else, the result would lie there until then.
std::ptrdiff_t middle(const std::vector<ReadyUnit>& units, std::size_t first) {
  constexpr std::size_t kNearby = 16;
  const std::size_t half = first + (units.size() - first) / 2;
  const std::size_t end = std::min(units.size(), half + kNearby);
  for (std::size_t unit = std::max<std::size_t>(half, 1); half != first && unit < end; ++unit) {
    if (units[unit].place != units[unit - 1].place + 1) return static_cast<std::ptrdiff_t>(unit);
  }
  return static_cast<std::ptrdiff_t>(half);
}

}  // namespace

void ReadyQueue::set_roots(std::vector<ReadyUnit> roots) {
  const Held held(lock_);
  roots_ = std::move(roots);
  next_root_ = 0;
  size_.store(heap_.size() + roots_.size(), std::memory_order_seq_cst);
}

std::optional<ReadyUnit> ReadyQueue::take_smallest() {
  const bool any_root = roots_left() != 0;
  if (any_root && (heap_.empty() || roots_[next_root_] < heap_.front())) return roots_[next_root_++];
  if (heap_.empty()) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), kSmallestOnTop);
  const ReadyUnit smallest = heap_.back();
  heap_.pop_back();
  return smallest;
}

void ReadyQueue::add(std::span<const ReadyUnit> ready) {
  for (const ReadyUnit unit : ready) {
    heap_.push_back(unit);
    std::push_heap(heap_.begin(), heap_.end(), kSmallestOnTop);
  }
}

void ReadyQueue::push(std::span<const ReadyUnit> ready) {
  const Held held(lock_);
  add(ready);
  size_.store(heap_.size() + roots_left(), std::memory_order_seq_cst);
}

ReadyQueue::Next ReadyQueue::push_and_pop(std::span<const ReadyUnit> ready) {
  const Held held(lock_);
  add(ready);
  const std::optional<ReadyUnit> first = take_smallest();
  const std::size_t left = heap_.size() + roots_left();
  // A thread reads the sizes last before it sleeps;
  // a thread that adds work looks for sleeping ones after this store.
  size_.store(left, left != 0 ? std::memory_order_seq_cst : std::memory_order_relaxed);
  return {first ? std::optional(first->unit) : std::nullopt, left};
}

bool ReadyQueue::steal(std::vector<ReadyUnit>& stolen) {
  if (size() == 0) return false;
  const Held held(lock_);
  const auto move_tail = [&](std::vector<ReadyUnit>& from, std::ptrdiff_t first) {
    stolen.insert(stolen.end(), from.begin() + first, from.end());
    from.erase(from.begin() + first, from.end());
  };
  if (roots_left() > 1 || heap_.empty()) {
    if (roots_left() == 0) return false;
    move_tail(roots_, middle(roots_, next_root_));
  } else if (heap_.size() <= kMostSorted) {
    std::ranges::sort(heap_);  // which leaves it a heap
    move_tail(heap_, middle(heap_, 0));
  } else {  // the end of a heap's array holds less urgent units; without it the array is still a heap
    move_tail(heap_, static_cast<std::ptrdiff_t>(heap_.size() / 2));
  }
  size_.store(heap_.size() + roots_left(), std::memory_order_relaxed);
  return true;
}

}  // namespace bask
