#include "metg.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace taskbench {
namespace {

constexpr double kEffective = 0.5;
constexpr std::uint32_t kFirstIterations = 1024;  // about 10 µs

class Search {
 public:
  Search(Runner& runner, const Workload& workload, const Effort& effort)
      : runner_(runner), workload_(workload), effort_(effort) {}

  Metg find() {
    find_peak();
    int below = 0;  // consecutive points below half of the peak; a single one may be an accident
    for (std::uint32_t iterations = kFirstIterations / 2; iterations > 0 && below < 2; iterations /= 2) {
      below = efficiency(measure_point(iterations)) < kEffective ? below + 1 : 0;
    }
    while (const std::optional<std::uint32_t> between = iterations_between(bracket()))
      measure_point(*between);
    const Bracket last = bracket();
    return {.metg_us = granularity_at_half(last), .peak_flops_per_s = peak_, .smallest = *last.above};
  }

 private:
  /// The point of the smallest tasks above half of the peak, and that of the next smaller tasks, or null.
  struct Bracket {
    const Measurement* above;
    const Measurement* below;
  };

  static std::uint32_t iterations_of(const Measurement& point) { return point.workload.work.iterations; }
  double efficiency(const Measurement& point) const { return point.flops_per_s() / peak_; }

  // Doubles tasks until they are large, and until doubling gains little or takes long.
  void find_peak() {
    constexpr double kLarge_us = 100, kLong_s = 1, kLittleGain = 1.05;
    for (peak_iterations_ = kFirstIterations;; peak_iterations_ *= 2) {
      const double best_before = peak_;
      const Measurement point = measure_at(peak_iterations_, effort_.repeat);
      const bool enough = peak_ < best_before * kLittleGain || point.seconds > kLong_s;
      if (point.granularity_us() > kLarge_us && enough) return;
    }
  }

  Measurement measure_at(std::uint32_t iterations, unsigned repeat) {
    Workload workload = workload_;
    workload.work.iterations = iterations;
    const Effort effort{.repeat = repeat, .min_seconds = effort_.min_seconds};
    const Measurement point = measure(runner_, workload, effort, Pick::kBest);
    peak_ = std::max(peak_, point.flops_per_s());
    const auto same = std::ranges::find(curve_, iterations, iterations_of);
    if (same == curve_.end()) {
      curve_.push_back(point);
    } else if (same->flops_per_s() < point.flops_per_s()) {
      *same = point;
    }
    return point;
  }
  // A point below half of the peak is measured again: the machine may have been busy.
  Measurement measure_point(std::uint32_t iterations) {
    measure_at(peak_iterations_, 1);
    const Measurement point = measure_at(iterations, effort_.repeat);
    return efficiency(point) < kEffective ? measure_at(iterations, effort_.repeat) : point;
  }

  Bracket bracket() {
    std::ranges::sort(curve_, std::greater<>(), iterations_of);
    auto above = curve_.rbegin();
    while (efficiency(*above) < kEffective) ++above;  // ends: the curve has the peak
    return {&*above, above == curve_.rbegin() ? nullptr : &*std::prev(above)};
  }

  static std::optional<std::uint32_t> iterations_between(const Bracket& bracket) {
    constexpr double kNear = 1.1;
    if (bracket.below == nullptr) return std::nullopt;
    const double above = iterations_of(*bracket.above), below = iterations_of(*bracket.below);
    const auto middle = static_cast<std::uint32_t>(std::lround(std::sqrt(above * below)));
    if (above < below * kNear || middle == iterations_of(*bracket.above) ||
        middle == iterations_of(*bracket.below))
      return std::nullopt;
    return middle;
  }

  double granularity_at_half(const Bracket& bracket) const {
    const double above = bracket.above->granularity_us();
    if (bracket.below == nullptr) return above;
    const double below = bracket.below->granularity_us();
    const double high = efficiency(*bracket.above), low = efficiency(*bracket.below);
    return below + (above - below) * (kEffective - low) / (high - low);
  }

  Runner& runner_;
  const Workload workload_;
  const Effort effort_;
  std::vector<Measurement> curve_;  // the fastest run for each number of iterations
  double peak_ = 0;
  std::uint32_t peak_iterations_ = 0;
};

}  // namespace

Metg find_metg(Runner& runner, const Workload& workload, const Effort& effort) {
  return Search(runner, workload, effort).find();
}

}  // namespace taskbench
