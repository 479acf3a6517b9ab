#include <bask/execution/ready_set.hpp>

#include <algorithm>
#include <utility>

namespace bask {

void ReadySet::deal(std::span<const std::uint32_t> roots, bool take_turns) {
  const std::size_t threads = queues_.size();
  for (std::size_t thread = 0; thread < threads; ++thread) {
    std::vector<ReadyUnit> own;
    own.reserve(roots.size() / threads + 1);
    const std::size_t first = take_turns ? thread : roots.size() * thread / threads;
    const std::size_t end = take_turns ? roots.size() : roots.size() * (thread + 1) / threads;
    for (std::size_t root = first; root < end; root += take_turns ? threads : 1) {
      own.push_back({roots[root], roots[root]});
    }
    queues_[thread].set_roots(std::move(own));
  }
}

void ReadySet::drop_roots() {
  for (ReadyQueue& queue : queues_) queue.set_roots({});
}

ReadyQueue::Next ReadySet::next(unsigned thread) {
  std::vector<ReadyUnit>& found = found_[thread].units;
  const ReadyQueue::Next next = queues_[thread].push_and_pop(found);
  found.clear();
  return next;
}

bool ReadySet::steal(unsigned thread) {
  std::vector<ReadyUnit> stolen;
  for (std::size_t next = 1; next < queues_.size() && stolen.empty(); ++next)
    queues_[(thread + next) % queues_.size()].steal(stolen);
  if (stolen.empty()) return false;
  if (!std::ranges::is_sorted(stolen)) std::ranges::sort(stolen);  // roots are
  queues_[thread].set_roots(std::move(stolen));
  return true;
}

std::size_t ReadySet::feed(unsigned first) {
  std::vector<ReadyUnit>& fed = found_[feeder()].units;
  const std::size_t units = fed.size(), queues = queues_.size();
  // Neighbours in the plan go to one thread, as far as there are enough for all.
  const std::size_t share = std::max<std::size_t>((units + queues - 1) / queues, 4);
  for (std::size_t begin = 0; begin < units; begin += share) {
    queues_[first++ % queues].push(std::span(fed).subspan(begin, std::min(share, units - begin)));
  }
  fed.clear();
  return units;
}

void ReadySet::push(std::span<const ReadyUnit> units) {
  for (const ReadyUnit& unit : units) {
    queues_[next_pushed_.fetch_add(1, std::memory_order_relaxed) % queues_.size()].push(std::span(&unit, 1));
  }
}

std::vector<ReadyUnit> ReadySet::take_half() {
  std::vector<ReadyUnit> units;
  for (ReadyQueue& queue : queues_) queue.steal(units);
  return units;
}

std::size_t ReadySet::size() const {
  std::size_t sum = 0;
  for (const ReadyQueue& queue : queues_) sum += queue.size();
  return sum;
}

bool ReadySet::any_before_sleep() const {
  return std::ranges::any_of(queues_, [](const ReadyQueue& queue) { return queue.size_before_sleep() != 0; });
}

}  // namespace bask
