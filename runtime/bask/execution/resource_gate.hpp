// resource_gate.hpp: admits units that hold resources while they run, as far as there are any.
// Runs on: every rank. Threads: any.
// Invariants: (1) what is held never exceeds what is offered; (2) a unit that was turned away is handed
//             out again as soon as it fits; (3) of the units that fit, the one that was turned away first
//             is handed out first.
#pragma once

#include <bask/core/mutex.hpp>

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
  /// Takes what the unit wants, unless `leave` gave it that already, or remembers the unit. Returns whether
  /// it may run.
  bool enter(std::uint32_t unit, const ResourceAmounts& wanted);
  /// Gives back, and returns the units that now hold what they want and may run.
  std::vector<std::uint32_t> leave(const ResourceAmounts& amounts);

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
  std::set<std::uint32_t> admitted_ BASK_GUARDED_BY(mutex_);  // hold what they want, and have not entered yet
};

}  // namespace bask
