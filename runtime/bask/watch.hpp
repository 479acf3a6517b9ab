// watch.hpp: what the thread that waits for a computation does meanwhile: it passes on signals and the end of
// the time, and shows the progress.
// Runs on: rank 0. Threads: one.
#pragma once

#include <bask/core/error.hpp>
#include <bask/core/options.hpp>
#include <bask/diagnostics/progress.hpp>
#include <bask/safety/interrupt.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// A computation that runs, by groups of tasks.
struct WatchedRun {
  std::uint64_t tasks;
  std::function<std::vector<std::uint64_t>()> tasks_by_group, done_by_group;
  std::function<std::string(std::size_t group)> layer;
  std::function<void()> cancel;
  // Where finished results are kept, so that a stop loses nothing.
  /// No further unit starts; those that run have so long to end.
  std::function<void(std::chrono::nanoseconds patience)> stop = {};
  /// Whether only units are left that would not end in time.
  std::function<bool()> is_out_of_time = {};
  /// The signal by which another rank was asked to stop, or 0.
  std::function<int()> stop_asked = {};
  std::chrono::steady_clock::time_point end = {};  ///< of the time; 0 since the clock's beginning: none
};

class Watch {
 public:
  static constexpr std::chrono::milliseconds kInterval{50};

  Watch(WatchedRun run, const Options& options, std::chrono::steady_clock::time_point start);

  /// To be called every kInterval or so.
  void look();
  /// To be called at the end; `has_all`: the results are there. Throws: Error when it was stopped before;
  /// after SIGINT and SIGTERM in any case, for whoever sent them wants no more.
  void finish(bool has_all);
  /// Whether tasks are still inside a run that was stopped, when they should have come out a while ago.
  bool is_overdue() const;
  /// What finish() throws.
  Error stopped() const;

 private:
  void pass_on(int signal);
  std::chrono::nanoseconds patience(int signal) const;
  std::string cause(int signal) const;
  bool has_end() const { return run_.stop && run_.end != std::chrono::steady_clock::time_point{}; }
  int signal() const;
  std::vector<LayerProgress> layers();

  const WatchedRun run_;
  const Options& options_;
  const std::chrono::steady_clock::time_point start_;
  const Interruptible interruptible_;  // with a journal, a signal that came before the run stops it
  bool passed_on_ = false;
  std::chrono::steady_clock::time_point rest_by_ = std::chrono::steady_clock::time_point::max();
  std::chrono::nanoseconds next_update_{};
  std::vector<std::uint64_t> totals_;
  std::optional<ProgressDisplay> display_;
};

}  // namespace bask
