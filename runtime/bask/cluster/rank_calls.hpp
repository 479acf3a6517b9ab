// rank_calls.hpp: functions that every rank calls once, outside of all runs: rank 0 asks, each rank calls and
// answers, rank 0 gathers what they have returned.
// Runs on: every rank. Threads: the serving or computing thread;
// on_…() are called by whichever thread makes progress.
// Invariant: at most one call is under way at a time.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/messages.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

class RankCalls {
 public:
  /// The exchange must outlive this. `hosts` are those of all ranks, for messages.
  RankCalls(Exchange& exchange, std::vector<std::string> hosts);

  // The caller holds the exchange's lock.
  void on_call(Call call) { asked_ = std::move(call); }
  void on_return(std::uint32_t from, Return returned);
  /// Whether rank 0 has asked this rank for a call, which the rank has not made yet.
  bool is_asked() const { return asked_.has_value(); }
  /// Rank 0: whether all ranks have returned from the call that was begun last.
  bool all_have_returned() const { return returns_ == returned_.size(); }

  // Without the lock: the function may take as long as it likes.
  /// Makes the call that was asked for and posts to rank 0 what it returns.
  void answer();
  /// Rank 0: asks all other ranks for a call.
  void begin(const Call& call);
  /// Rank 0: makes its own call.
  void join(const Call& call);
  /// Rank 0, when all have returned: the returned values, by rank. Throws: Error with what the first rank
  /// that failed has thrown.
  std::vector<Value> take();

 private:
  Return made(const Call& call) const;

  Exchange& exchange_;
  const std::vector<std::string> hosts_;
  std::optional<Call> asked_;
  std::vector<std::optional<Return>> returned_;  // by rank
  std::size_t returns_ = 0;
};

}  // namespace bask
