#include <bask/watch.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/diagnostics/terminal.hpp>
#include <bask/launch/launcher_life.hpp>
#include <bask/launch/start_watch.hpp>
#include <bask/system/kept_memory.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLeastPatience{500}, kTimeToLeave{500};

}  // namespace

Watch::Watch(WatchedRun run, const Options& options, std::chrono::steady_clock::time_point start)
    : run_(std::move(run)), options_(options), start_(start), interruptible_(run_.stop != nullptr) {}

int Watch::signal() const {
  if (interruptible_.signal() != 0) return interruptible_.signal();
  if (StopNotice::has_come()) return SIGUSR1;
  if (launcher_is_gone()) return SIGHUP;
  return run_.stop_asked ? run_.stop_asked() : 0;
}

// Where the time limit is known, running tasks may use the time that is left, and part of the margin after
// it: the rest of the margin is for keeping results that would be lost. Likewise, running tasks get only part
// of the time that a launcher leaves after a signal.
std::chrono::nanoseconds Watch::patience(int signal) const {
  const auto given = time_after_signal();
  if (given && (signal == SIGINT || signal == SIGTERM))
    return std::min(options_.stop_timeout, *given * 3 / 5);
  if (!has_end() || (signal != 0 && signal != SIGUSR1)) return options_.stop_timeout;
  const bool is_margin_given = options_.time_margin.count() >= 0;
  const std::chrono::nanoseconds least = is_margin_given ? options_.time_margin / 2 : kLeastPatience;
  return std::max<std::chrono::nanoseconds>(run_.end - steady_clock::now(), least);
}

std::string Watch::cause(int signal) const {
  if (signal == 0) return "the time limit";
  return signal == SIGHUP ? "the end of its launcher" : signal_text(signal);
}

// `signal` 0: the time limit.
void Watch::stop_run(int signal) {
  run_was_stopped_ = true;
  if (!run_.stop) return run_.cancel();
  const std::chrono::nanoseconds time = patience(signal);
  rest_by_ = steady_clock::now() + time;
  const std::string why =
      signal == 0 ? "no task that is left would end before the time limit" : cause(signal) + " has come";
  std::string line = fmt::format("{}: running tasks have {} to end", why, format_duration(time));
  if (time < options_.stop_timeout && (signal == SIGINT || signal == SIGTERM)) {
    line += fmt::format(
        ", as mpirun kills them after {}; OMPI_MCA_odls_base_sigkill_timeout=10 gives them ten times as long",
        format_duration(*time_after_signal()));
  }
  log_job_line(LogLevel::kInfo, line);
  run_.stop(time);
}

bool Watch::is_overdue() const {
  return rest_by_ != steady_clock::time_point::max() && steady_clock::now() > rest_by_ + kTimeToLeave;
}

void Watch::poll() {
  see_to_resident_bound();
  if (run_.look) run_.look();
  if (!run_was_stopped_) {
    if (signal() != 0) {
      stop_run(signal());
    } else if (has_end() && (run_.is_out_of_time() || steady_clock::now() >= run_.end)) {
      stop_run(0);
    }
  }
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  if (elapsed < options_.progress_delay || elapsed < next_update_) return;
  next_update_ = elapsed + 2 * kInterval;
  const auto style = choose_style(options_.progress, is_terminal(STDERR_FILENO));
  if (!style) return;
  if (!display_) display_.emplace(*style, std::cerr);
  display_->resize(terminal_size(STDERR_FILENO));
  display_->update(layers(), elapsed);
}

void Watch::finish(bool has_all) {
  if (run_.look) run_.look();
  const std::vector<std::uint64_t> by_group = run_.done_by_group();
  const auto done = std::accumulate(by_group.begin(), by_group.end(), std::uint64_t{0});
  if (display_) display_->finish(layers(), std::chrono::steady_clock::now() - start_, done == run_.tasks);
  const bool is_end = interruptible_.signal() != 0;
  if (is_end || (!has_all && (run_was_stopped_ || signal() != 0))) throw stopped();
}

Error Watch::stopped() const {
  const std::vector<std::uint64_t> by_group = run_.done_by_group();
  const auto done = std::accumulate(by_group.begin(), by_group.end(), std::uint64_t{0});
  const std::string happened =
      fmt::format("{} stopped the computation after {} of {} tasks", cause(signal()), done, run_.tasks);
  if (run_.stop) {
    return Error(
        "compute", happened,
        fmt::format("start it again to compute the rest: what is done is kept in '{}'", options_.checkpoint),
        ExitCode::kResumable);
  }
  ExitCode code = signal() == SIGTERM ? ExitCode::kTerminated : ExitCode::kInterrupted;
  if (signal() == SIGHUP) code = static_cast<ExitCode>(kLostExitCode);
  return Error("compute", happened, "start it again to compute the rest", code);
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
