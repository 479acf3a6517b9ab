// resource_gate.hpp: admits units that hold resources while they run, as long as enough of them are free.
// Runs on: every rank. Threads: any.
// Invariants: (1) no more is held than is offered; (2) a unit that was turned away is handed out again as
//             soon as its resources are free; (3) of several such units, the one that was turned away first
//             is handed out first.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/events/waiting_task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bask {

using ResourceAmounts = std::map<std::string, double>;

class ResourceGate {
 public:
  explicit ResourceGate(ResourceAmounts offered) : offered_(std::move(offered)), free_(offered_) {}

  /// Throws: Error when `wanted` could never be held, naming `task`, what is missing and what is offered.
  void check(const ResourceAmounts& wanted, const std::string& task) const;
  /// Takes the resources that the unit wants, unless leave() has taken them for it already. If they are not
  /// free, remembers the unit. Returns whether the unit may run.
  bool enter(std::uint32_t unit, const ResourceAmounts& wanted);
  /// Gives `amounts` back. Returns the units that now hold their resources and may run.
  std::vector<std::uint32_t> leave(const ResourceAmounts& amounts);
  /// Whether units wait; without the lock, so it may be out of date.
  bool any_waits() const { return waiting_count_.load(std::memory_order_relaxed) != 0; }
  /// A unit that was turned away, and what it wants.
  struct TurnedAway {
    std::uint32_t unit;
    std::vector<WantedResource> wanted;
  };
  /// Those that were turned away first.
  std::vector<TurnedAway> turned_away(std::size_t most);

 private:
  struct Waiting {
    std::uint32_t unit;
    const ResourceAmounts* wanted;
  };
  bool take(const ResourceAmounts& wanted) BASK_REQUIRES(mutex_);

  Mutex mutex_;
  const ResourceAmounts offered_;
  ResourceAmounts free_ BASK_GUARDED_BY(mutex_);
  std::vector<Waiting> waiting_ BASK_GUARDED_BY(mutex_);
  std::atomic<std::size_t> waiting_count_{0};
  std::set<std::uint32_t> admitted_ BASK_GUARDED_BY(mutex_);  // have their resources, have not entered yet
};

}  // namespace bask
