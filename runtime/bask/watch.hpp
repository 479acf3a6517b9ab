// watch.hpp: what the thread that waits for a computation does meanwhile: it passes on signals and shows the
// progress.
// Runs on: rank 0. Threads: one.
#pragma once

#include <bask/core/options.hpp>
#include <bask/diagnostics/progress.hpp>
#include <bask/execution/interrupt.hpp>

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
};

class Watch {
 public:
  static constexpr std::chrono::milliseconds kInterval{50};

  Watch(WatchedRun run, const Options& options, std::chrono::steady_clock::time_point start)
      : run_(std::move(run)), options_(options), start_(start) {}

  /// To be called every kInterval or so.
  void look();
  /// To be called at the end. Throws: Error when a signal came, even if the last task had already ended:
  /// whoever sent it wants no more.
  void finish();

 private:
  std::vector<LayerProgress> layers();

  const WatchedRun run_;
  const Options& options_;
  const std::chrono::steady_clock::time_point start_;
  const Interruptible interruptible_;
  std::chrono::nanoseconds next_update_{};
  std::vector<std::uint64_t> totals_;
  std::optional<ProgressDisplay> display_;
};

}  // namespace bask
