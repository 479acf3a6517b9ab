// push_credits.hpp: how many bytes of results a rank may send to each other rank unasked, and how many
// results have come to it that it has not taken into account yet. Runs on: every rank. Threads: any takes and
// adds; the holder of the exchange's lock owes and pays. Invariants: (1) what was sent to a rank, and not
// paid for by it, is at most the credit; (2) a rank pays by
//             the number of results, as their sizes may differ from rank to rank: the sender remembers them.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/core/spin_lock.hpp>

#include <cstdint>
#include <deque>
#include <vector>

namespace bask {

class PushCredits {
 public:
  /// `credit` in bytes, for each pair of ranks; 0: there is no limit.
  PushCredits(std::uint32_t ranks, std::uint64_t credit)
      : credit_(credit), of_rank_(credit == 0 ? 0 : ranks), owed_(of_rank_.size()) {
    for (OfRank& rank : of_rank_) rank.left = credit;
  }

  bool are_limited() const { return credit_ != 0; }
  /// The most bytes that may be under way to a rank from one other rank.
  std::uint64_t of_one_rank() const { return are_limited() ? credit_ : ~std::uint64_t{0}; }
  /// Returns whether a result of so many bytes may be sent to this rank now.
  bool take(std::uint32_t rank, std::uint64_t bytes) {
    if (!are_limited() || bytes == 0) return true;
    OfRank& of = of_rank_[rank];
    const Held held(of.lock);
    if (bytes > of.left) return false;
    of.left -= bytes;
    of.sent.push_back(bytes);
    return true;
  }
  /// The rank has paid for so many results.
  void add(std::uint32_t rank, std::uint64_t results) {
    OfRank& of = of_rank_[rank];
    const Held held(of.lock);
    for (; results != 0 && !of.sent.empty(); --results) {
      of.left += of.sent.front();
      of.sent.pop_front();
    }
  }

  /// A result of so many bytes has come from this rank, unasked.
  void owe(std::uint32_t rank, std::uint64_t bytes) {
    if (!are_limited() || bytes == 0) return;
    owed_[rank].bytes += bytes;
    ++owed_[rank].results;
    owes_ = owes_ || 4 * owed_[rank].bytes >= credit_;
  }
  /// Whether a rank is owed so much that it is worth a message.
  bool owes() const { return owes_; }
  /// Calls `f(rank, results)` for each rank that is owed anything.
  template <class F>
  void pay(const F& f) {
    for (std::uint32_t rank = 0; rank < owed_.size(); ++rank) {
      if (owed_[rank].results != 0) f(rank, owed_[rank].results);
      owed_[rank] = {};
    }
    owes_ = false;
  }

 private:
  struct OfRank {
    SpinLock lock;
    std::uint64_t left BASK_GUARDED_BY(lock) = 0;
    std::deque<std::uint64_t> sent BASK_GUARDED_BY(lock);  // bytes of results that were not paid for
  };
  struct Owed {
    std::uint64_t bytes = 0, results = 0;
  };
  const std::uint64_t credit_;
  std::vector<OfRank> of_rank_;
  std::vector<Owed> owed_;  // by rank
  bool owes_ = false;
};

}  // namespace bask
