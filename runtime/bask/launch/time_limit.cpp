#include <bask/launch/time_limit.hpp>

#include <algorithm>

namespace bask {
namespace {

using std::chrono::nanoseconds;

// A limit that is given counts from the start of the program, which is now.
std::optional<nanoseconds> time_left(const Options& options, const std::optional<SlurmJob>& job,
                                     std::chrono::system_clock::time_point now) {
  if (options.time_limit.count() == 0) return std::nullopt;
  if (options.time_limit.count() > 0) return options.time_limit;
  if (!job || !job->end) return std::nullopt;
  return *job->end - now;
}

}  // namespace

std::optional<nanoseconds> time_for_tasks(const Options& options, const std::optional<SlurmJob>& job,
                                          std::chrono::system_clock::time_point now) {
  const std::optional<nanoseconds> left = time_left(options, job, now);
  if (!left) return std::nullopt;
  constexpr nanoseconds kLeast = std::chrono::seconds(1), kMost = std::chrono::seconds(30);
  const nanoseconds margin =
      options.time_margin.count() >= 0 ? options.time_margin : std::clamp(*left / 20, kLeast, kMost);
  return std::max(*left - margin, nanoseconds(0));
}

}  // namespace bask
