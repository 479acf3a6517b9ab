// outlet.hpp: how a runner reaches the other ranks: sends results, and lets arrived messages in.
// Runs on: every rank of several. Threads: any of the runner's.
#pragma once

#include <bask/core/value.hpp>
#include <bask/execution/stolen_unit.hpp>
#include <bask/graph/plan.hpp>

#include <cstdint>
#include <span>

namespace bask {

class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Sends the result at `position` to these ranks. Calls TaskRunner::sent() for each, now or later; the
  /// value must stay until then.
  virtual void send(std::uint32_t position, const Value& value, std::span<const Export> exports) = 0;
  /// Asks the rank that has announced the import at `position` for its value: there is room for it now.
  virtual void fetch(std::uint32_t position) = 0;
  /// The result at `place` is here, and pinned, for a rank that has asked for it: sends it there. Calls
  /// TaskRunner::sent() when it has gone.
  virtual void serve(std::uint32_t place) = 0;
  /// Sends the result of a stolen unit's last step to its victim.
  virtual void give_back(const StolenUnit& stolen, Value value) = 0;
  /// Sends what was posted. If another thread is doing so, that thread sends it.
  virtual void flush() = 0;
  /// Lets in messages that have arrived, unless another thread is doing so. `thread` is the caller's number.
  /// Returns whether anything moved.
  virtual bool progress(unsigned thread) = 0;
  /// Whether large results of other ranks are on their way to this one. It may be out of date.
  virtual bool is_receiving() const { return false; }
};

}  // namespace bask
