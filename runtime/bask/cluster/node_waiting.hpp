// node_waiting.hpp: how a thread that runs no tasks waits: it sees to the messages when nobody else does.
// Runs on: every rank. Threads: each has its own; not the pool's.
#pragma once

#include <bask/cluster/node.hpp>
#include <bask/execution/backoff.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace bask {

// How a thread that runs no tasks waits. While the pool's threads are inside a run they see to the messages,
// and this one only makes sure of that: where tasks are short its wake-ups cost them time for nothing.
class Node::Waiting {
 public:
  explicit Waiting(Node& node) : node_(node), backoff_(node.options_.backoff) {}

  void wait(bool pool_is_inside) {
    if (!pool_is_inside || alert_ > 0) {
      alert_ = std::max(alert_ - 1, 0);
      node_.make_progress() ? backoff_.reset() : backoff_.wait();
      return;
    }
    if (node_.nap(nap_)) {
      alert_ = kAlertPolls;  // a run has ended, say, and the next may begin
      backoff_.reset();
    }
    const bool is_needed = node_.exchange_.rounds() == rounds_;
    nap_ = is_needed ? kNap : std::min(2 * nap_, kLongestNap);
    if (is_needed) node_.make_progress();
    rounds_ = node_.exchange_.rounds();
  }

 private:
  static constexpr int kAlertPolls = 200;
  // To wake up costs 15 to 40 µs: every ms would be 2 to 4 % of a core.
  static constexpr std::chrono::milliseconds kNap{4}, kLongestNap{16};

  Node& node_;
  Backoff backoff_;
  int alert_ = 0;
  std::uint64_t rounds_ = 0;
  std::chrono::milliseconds nap_ = kNap;
};

}  // namespace bask
