#include <bask/core/mutex.hpp>
#include <bask/execution/ready_queue.hpp>

#include <algorithm>
#include <functional>

namespace bask {
namespace {

constexpr auto kSmallestOnTop = std::greater<>();

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
  const auto keep = [](std::size_t count) { return static_cast<std::ptrdiff_t>(count / 2); };
  const auto move_tail = [&](std::vector<ReadyUnit>& from, std::ptrdiff_t first) {
    stolen.insert(stolen.end(), from.begin() + first, from.end());
    from.erase(from.begin() + first, from.end());
  };
  // The end of a heap's array holds less urgent units; without it the array is still a heap.
  if (roots_left() > 1 || heap_.empty()) {
    if (roots_left() == 0) return false;
    move_tail(roots_, static_cast<std::ptrdiff_t>(next_root_) + keep(roots_left()));
  } else {
    move_tail(heap_, keep(heap_.size()));
  }
  size_.store(heap_.size() + roots_left(), std::memory_order_relaxed);
  return true;
}

}  // namespace bask
