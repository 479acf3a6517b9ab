// outlet.hpp: how a runner reaches the other ranks: results go out, and what arrives is let in.
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
  /// The result at `position` goes to these ranks. For each of them TaskRunner::sent() follows, now or
  /// later; the value stays until then.
  virtual void send(std::uint32_t position, const Value& value, std::span<const Export> exports) = 0;
  /// A stolen unit has run: the result of its last step goes to its victim.
  virtual void give_back(const StolenUnit& stolen, Value value) = 0;
  /// Sends what is to be sent, unless another thread is doing so.
  virtual void flush() = 0;
  /// Lets in what has arrived, unless another thread is doing so. `thread` is the caller's number. Returns
  /// whether anything moved.
  virtual bool progress(unsigned thread) = 0;
};

}  // namespace bask
