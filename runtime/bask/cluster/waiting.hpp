// waiting.hpp: how the serving or computing thread, which runs no tasks, waits for messages.
// Runs on: every rank. Threads: each has its own; not the pool's.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/news.hpp>
#include <bask/execution/backoff.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace bask {

/// The serving or computing thread puts ready units into the queue of this thread of the pool; other threads
/// steal them from there.
constexpr unsigned kFeeder = 0;

// While the pool's threads are inside a run, they make progress themselves. The waiting thread then only
// checks that they do, and rarely: where tasks are short, each wake-up of it costs the pool time for nothing.
class Waiting {
 public:
  Waiting(Exchange& exchange, News& news, const BackoffOptions& backoff)
      : exchange_(exchange), news_(news), backoff_(backoff) {}

  void wait(bool pool_is_inside) {
    if (!pool_is_inside) {
      exchange_.progress(kFeeder) ? backoff_.reset() : backoff_.wait();
      return;
    }
    backoff_.reset();
    // News may mean that the pool's threads are about to leave the run: soon this thread has to act.
    const bool has_news = news_.nap(short_naps_ > 0 ? kShortNap : nap_);
    short_naps_ = has_news ? kShortNaps : std::max(short_naps_ - 1, 0);
    const bool is_needed = exchange_.rounds() == rounds_;
    nap_ = is_needed ? kNap : std::min(2 * nap_, kLongestNap);
    if (is_needed) exchange_.progress(kFeeder);
    rounds_ = exchange_.rounds();
  }

 private:
  static constexpr int kShortNaps = 20;
  static constexpr std::chrono::microseconds kShortNap{100};
  // A wake-up costs 15 to 40 µs: one every ms would be 2 to 4 % of a core.
  static constexpr std::chrono::microseconds kNap{4000}, kLongestNap{16'000};

  Exchange& exchange_;
  News& news_;
  Backoff backoff_;
  int short_naps_ = 0;
  std::uint64_t rounds_ = 0;
  std::chrono::microseconds nap_ = kNap;
};

}  // namespace bask
