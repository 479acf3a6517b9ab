// time_bins.hpp: the time of a job, cut into bins whose width doubles as the job grows older, so that
// there are never more than 256 of them.
// Runs on: every rank. Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bask {

inline constexpr std::uint32_t kMostBins = 256;
inline constexpr std::int64_t kFinestBin_ns = 1'000'000;

/// The width of bins of a level.
constexpr std::int64_t bin_width_ns(unsigned level) {
  return kFinestBin_ns << level;
}
/// The level whose bins reach up to this time since the job's start. Times below 0 count as 0.
constexpr unsigned bin_level(std::int64_t at_ns) {
  unsigned level = 0;
  while (at_ns >= bin_width_ns(level) * kMostBins) ++level;
  return level;
}
constexpr std::uint32_t bin_at(std::int64_t at_ns, unsigned level) {
  return at_ns <= 0 ? 0 : static_cast<std::uint32_t>(at_ns / bin_width_ns(level));
}

/// A value for each bin. Values of two bins that become one are joined by `Join`.
template <class T, class Join>
class BinSeries {
 public:
  unsigned level() const { return level_; }
  const std::vector<T>& values() const { return values_; }
  /// The value of a bin of this level or a finer one.
  T& at(std::uint32_t bin, unsigned level) {
    if (level > level_) coarsen(level);
    bin >>= level_ - level;
    while (bin >= kMostBins) {
      coarsen(level_ + 1);
      bin >>= 1;
    }
    if (bin >= values_.size()) values_.resize(bin + 1);
    return values_[bin];
  }
  void coarsen(unsigned level) {
    for (; level_ < level; ++level_) {
      for (std::size_t bin = 0; bin < values_.size(); ++bin) {
        if (bin % 2 == 0) {
          values_[bin / 2] = std::move(values_[bin]);
        } else {
          Join()(values_[bin / 2], values_[bin]);
        }
      }
      values_.resize((values_.size() + 1) / 2);
    }
  }

 private:
  unsigned level_ = 0;
  std::vector<T> values_;
};

}  // namespace bask
