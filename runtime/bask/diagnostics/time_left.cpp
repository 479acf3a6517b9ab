#include <bask/diagnostics/time_left.hpp>

#include <algorithm>

namespace bask {

void TimeLeft::observe(std::chrono::nanoseconds elapsed, std::uint64_t done) {
  latest_ = {std::max(elapsed, latest_.elapsed), std::max(done, latest_.done)};
  if (latest_.elapsed - samples_.back().elapsed < spacing_) return;
  samples_.push_back(latest_);
  if (samples_.size() <= kMostSamples) return;
  // Removes every second sample, but not the first: the remaining ones span the whole time evenly.
  for (std::size_t i = 0; 2 * i < samples_.size(); ++i) samples_[i] = samples_[2 * i];
  samples_.resize((samples_.size() + 1) / 2);
  spacing_ *= 2;
}

std::optional<std::chrono::nanoseconds> TimeLeft::estimate(std::uint64_t total) const {
  if (latest_.done >= total) return std::chrono::nanoseconds(0);
  if (latest_.done == 0 || latest_.elapsed < std::chrono::seconds(1)) return std::nullopt;
  const auto is_later = [&](const Sample& sample) { return sample.elapsed * 2 > latest_.elapsed; };
  const Sample& middle = *(std::find_if(samples_.begin(), samples_.end(), is_later) - 1);
  // When no task has ended in the later half, tasks are long: then the rate of the whole time tells more.
  const Sample& since = middle.done < latest_.done ? middle : samples_.front();
  const auto tasks = static_cast<double>(latest_.done - since.done);
  const auto time_ns = static_cast<double>((latest_.elapsed - since.elapsed).count());
  const double left_ns = time_ns / tasks * static_cast<double>(total - latest_.done);
  constexpr double kMost_ns = 9e18;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(left_ns, kMost_ns)));
}

}  // namespace bask
