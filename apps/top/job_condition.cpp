#include "job_condition.hpp"

#include "quantities.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace top {
namespace {

constexpr double kUsualSilence = 5;
constexpr std::int64_t kResumable = 75;

Condition ended(const JobView& job) {
  const std::int64_t exit = job.exit.value_or(0);
  if (exit == 0) return {"done", Style::kGood};
  if (exit == kResumable) return {"stopped, can go on", Style::kWarning};
  return {fmt::format("failed, exit code {}", exit), Style::kBad};
}

}  // namespace

bool is_silent(const StateView& state, double silent_seconds) {
  return !state.job.ended && silent_seconds > std::max(kUsualSilence, 5 * state.interval);
}

Condition condition_of(const StateView& state, double silent_seconds) {
  if (state.job.ended) return ended(state.job);
  if (is_silent(state, silent_seconds)) {
    return {fmt::format("silent for {}: killed, or its file system is stuck", elapsed_text(silent_seconds)),
            Style::kBad};
  }
  if (!state.compute) return {"starting", Style::kPlain};
  const std::string& compute = state.compute->state;
  if (compute == "planning" || compute == "running") return {compute, Style::kStrong};
  if (compute == "failed") return {compute, Style::kBad};
  if (compute == "stopped") return {compute, Style::kWarning};
  return {"between computations", Style::kPlain};
}

}  // namespace top
