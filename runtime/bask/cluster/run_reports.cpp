#include <bask/cluster/run_reports.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kProgressInterval{100}, kLeastOften{1000};
// Bytes. Such a message leaves in a parcel; a larger one would be bulk and could come after kDone.
constexpr std::size_t kLongestCause = 4000;

std::string shortened(const std::string& cause) {
  if (cause.size() <= kLongestCause) return cause;
  return fmt::format("{}... ({} bytes more)", cause.substr(0, kLongestCause), cause.size() - kLongestCause);
}

}  // namespace

RunReports::RunReports(Exchange& exchange, std::uint32_t run, TaskRunner& runner, EventReports* events,
                       Clock::time_point now)
    : exchange_(exchange), run_(run), runner_(runner), events_(events) {
  told_.left = runner.progress().units_left();
  told_.at = now;
}

void RunReports::count_in(const Value& value) {
  ++results_in_;
  bytes_in_ += value.transfer_bytes();
}

void RunReports::tell_if_done(bool inside) {
  const bool stopping = runner_.progress().stopping();
  if (stopping && !told_.failure) {
    if (const std::optional<RunFailure> failure = runner_.progress().failure()) {
      told_.failure = true;
      exchange_.post_message(
          0, MessageKind::kFailed, run_,
          Failed{failure->task, shortened(failure->cause), failure->timed_out, failure->replay});
    }
  }
  if (told_.done) return;  // a failure is told even then: of a stolen unit
  const bool has_stopped = stopping && !inside;
  if (!has_stopped && (stopping || runner_.progress().units_left() != 0 ||
                       runner_.plan().imports_left() != 0 || !runner_.fetch_rest()))
    return;
  told_.done = true;
  if (events_ != nullptr) events_->run_ends(&runner_, Clock::now());
  exchange_.post_message(0, MessageKind::kDone, run_,
                         Done{runner_.progress().done_by_group(), runner_.memory_use(), results_in_,
                              bytes_in_, runner_.progress().measured()});
}

void RunReports::tell_if_dry(unsigned threads, bool more_comes) {
  if (runner_.progress().stopping()) return;
  const bool is_idle =
      !more_comes && runner_.status().ready == 0 && runner_.status().running < threads && runner_.may_steal();
  const std::uint64_t done = is_idle ? runner_.progress().tasks_done() : 0;
  if (is_idle && idle_.was && done == idle_.tasks_done && !told_.dry) {
    exchange_.post(0, MessageKind::kDry, run_);
    told_.dry = true;
  }
  if (!is_idle) told_.dry = false;
  idle_ = {is_idle, done};
}

void RunReports::tell_progress(Clock::time_point now) {
  if (told_.done && runner_.status().running == 0 && runner_.status().too_long == 0) return;
  if (now - told_.at < kProgressInterval) return;
  if (runner_.progress().units_left() == told_.left && now - told_.at < kLeastOften) return;
  told_.at = now;
  told_.left = runner_.progress().units_left();
  exchange_.post_message(0, MessageKind::kProgress, run_,
                         RankProgress{runner_.progress().done_by_group(), runner_.progress().units_left(),
                                      runner_.status().ready, runner_.status().running,
                                      runner_.status().too_long, runner_.memory_standing()});
}

}  // namespace bask
