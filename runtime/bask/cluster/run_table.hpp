// run_table.hpp: the runs of one rank by number, and the messages that came before their run had begun.
// Runs on: every rank. Threads: one at a time (in the worker: whichever holds the exchange's lock).
// Invariants: (1) a run's messages wait until it has begun, and are dropped once it has ended; (2) a message
//             about all runs up to a number waits until each of these has begun or ended; (3) messages that
//             waited are handed over in the order in which they came.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace bask {

/// Rank 0 numbers runs from 1 on. For each it sends that the run begins and that it ends;
/// these may come in any order.
template <class Run>
class RunTable {
 public:
  /// A message that waits: calling it makes the rank follow the message.
  using Message = std::function<void()>;

  /// Whether a run has neither begun nor ended.
  bool is_early(std::uint32_t run) const { return run > known_until_ && !known_.contains(run); }
  /// Whether any run up to this one has neither begun nor ended.
  bool any_is_early(std::uint32_t run) const { return run > known_until_; }
  /// Keeps a message until its run has begun.
  void keep(std::uint32_t run, Message message) { waiting_.push_back({run, false, std::move(message)}); }
  /// Keeps a message until all runs up to this one have begun or ended.
  void keep_for_all(std::uint32_t run, Message message) {
    waiting_.push_back({run, true, std::move(message)});
  }

  void begin(std::uint32_t number, std::shared_ptr<Run> run) {
    runs_.emplace(number, std::move(run));
    know(number);
  }
  /// No further message of the run counts. It stays in the table until it is forgotten.
  void end(std::uint32_t run) {
    std::erase_if(waiting_, [run](const Waiting& waiting) { return waiting.run == run && !waiting.for_all; });
    know(run);
  }
  void forget(std::uint32_t run) { runs_.erase(run); }
  template <class Condition>
  void forget_if(const Condition& holds) {
    std::erase_if(runs_, [&](const auto& entry) { return holds(*entry.second); });
  }
  /// The messages that need not wait any more.
  std::vector<Message> take_ready() {
    std::vector<Message> ready;
    std::vector<Waiting> left;
    for (Waiting& waiting : waiting_) {
      const bool waits = waiting.for_all ? any_is_early(waiting.run) : is_early(waiting.run);
      waits ? left.push_back(std::move(waiting)) : ready.push_back(std::move(waiting.message));
    }
    waiting_ = std::move(left);
    return ready;
  }

  /// Null: it has not begun, or was forgotten.
  Run* find(std::uint32_t run) const {
    const auto found = runs_.find(run);
    return found == runs_.end() ? nullptr : found->second.get();
  }
  /// The runs that have begun and were not forgotten, by number.
  const std::map<std::uint32_t, std::shared_ptr<Run>>& runs() const { return runs_; }

 private:
  struct Waiting {
    std::uint32_t run;
    bool for_all;
    Message message;
  };

  void know(std::uint32_t run) {
    if (is_early(run)) known_.insert(run);
    while (known_.erase(known_until_ + 1) != 0) ++known_until_;
  }

  std::map<std::uint32_t, std::shared_ptr<Run>> runs_;
  std::vector<Waiting> waiting_;
  std::uint32_t known_until_ = 0;  // all runs up to this one have begun or ended
  std::set<std::uint32_t> known_;  // and these
};

}  // namespace bask
