#include <bask/watch.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/diagnostics/terminal.hpp>

#include <iostream>
#include <numeric>

namespace bask {

void Watch::look() {
  if (interruptible_.signal() != 0) run_.cancel();
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  if (elapsed < options_.progress_delay || elapsed < next_update_) return;
  next_update_ = elapsed + 2 * kInterval;
  const auto style = choose_style(options_.progress, is_terminal(STDERR_FILENO));
  if (!style) return;
  if (!display_) display_.emplace(*style, std::cerr);
  display_->resize(terminal_size(STDERR_FILENO));
  display_->update(layers(), elapsed);
}

void Watch::finish() {
  const std::vector<std::uint64_t> by_group = run_.done_by_group();
  const auto done = std::accumulate(by_group.begin(), by_group.end(), std::uint64_t{0});
  if (display_) display_->finish(layers(), std::chrono::steady_clock::now() - start_, done == run_.tasks);
  const int signal = interruptible_.signal();
  if (signal == 0) return;
  const bool is_interrupt = signal == SIGINT;
  throw Error("compute",
              fmt::format("{} stopped it after {} of {} tasks", is_interrupt ? "SIGINT (Ctrl-C)" : "SIGTERM",
                          done, run_.tasks),
              "start it again to compute the rest",
              is_interrupt ? ExitCode::kInterrupted : ExitCode::kTerminated);
}

std::vector<LayerProgress> Watch::layers() {
  if (totals_.empty()) totals_ = run_.tasks_by_group();
  const std::vector<std::uint64_t> done = run_.done_by_group();
  std::vector<LayerProgress> layers;
  for (std::size_t group = 0; group < totals_.size(); ++group) {
    if (totals_[group] != 0) layers.push_back({run_.layer(group), done[group], totals_[group]});
  }
  return layers;
}

}  // namespace bask
