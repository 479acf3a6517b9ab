// watch.hpp: what the thread that waits for a computation does meanwhile: it stops the computation at a
// signal or at the time limit, and shows the progress.
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

/// A running computation, as a Watch sees it. Its tasks are counted by group.
struct WatchedRun {
  std::uint64_t tasks;
  std::function<std::vector<std::uint64_t>()> tasks_by_group, done_by_group;
  std::function<std::string(std::size_t group)> layer;
  std::function<void()> cancel;
  /// Called at each poll and at the end, where somebody looks at what the job does.
  std::function<void()> look = {};
  // The rest is set only where finished results are kept, so that a stop loses nothing.
  /// Starts no further unit; running units have `patience` to end.
  std::function<void(std::chrono::nanoseconds patience)> stop = {};
  /// Whether only units are left that would not end in time.
  std::function<bool()> is_out_of_time = {};
  /// The signal by which another rank was asked to stop, or 0.
  std::function<int()> stop_asked = {};
  std::chrono::steady_clock::time_point end = {};  ///< when the time limit is reached; time_point{}: no limit
};

class Watch {
 public:
  static constexpr std::chrono::milliseconds kInterval{50};

  Watch(WatchedRun run, const Options& options, std::chrono::steady_clock::time_point start);

  /// To be called every kInterval or so.
  void poll();
  /// To be called when the run has ended; `has_all`: all results are there. Throws: Error when the run was
  /// stopped before it had all results; after SIGINT or SIGTERM in any case, because the sender wants the
  /// program to end.
  void finish(bool has_all);
  /// Whether the run was stopped, and its running tasks should have ended a while ago.
  bool is_overdue() const;
  /// What finish() throws.
  Error stopped() const;

 private:
  void stop_run(int signal);
  std::chrono::nanoseconds patience(int signal) const;
  std::string cause(int signal) const;
  bool has_end() const { return run_.stop && run_.end != std::chrono::steady_clock::time_point{}; }
  int signal() const;
  std::vector<LayerProgress> layers();

  const WatchedRun run_;
  const Options& options_;
  const std::chrono::steady_clock::time_point start_;
  const Interruptible interruptible_;  // with a journal, a signal that came before the run stops it
  bool run_was_stopped_ = false;
  std::chrono::steady_clock::time_point rest_by_ = std::chrono::steady_clock::time_point::max();
  std::chrono::nanoseconds next_update_{};
  std::vector<std::uint64_t> totals_;
  std::optional<ProgressDisplay> display_;
};

}  // namespace bask
