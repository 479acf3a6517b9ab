// pattern.hpp: the tasks of a pattern and their dependences, as Task Bench defines them (Slaughter et al.,
// "Task Bench", SC20, table 2): a grid of `steps` rows of at most `width` points. Each point reads results of
// the row before.
// Runs on: every rank. Threads: any; all are pure functions, so every rank sees the same graph.
// Invariants: (1) a is a predecessor of b exactly when b is a successor of a, and no point is visited twice;
//             (2) tasks are numbered row by row, so a task's predecessors have smaller numbers.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace taskbench {

enum class DependenceType : std::uint16_t {
  kTrivial,
  kNoComm,
  kStencil1d,
  kStencil1dPeriodic,
  kDom,
  kTree,
  kFft,
  kAllToAll,
  kNearest,
  kSpread,
  kRandomNearest,
  kRandomSpread,
};

/// The names that Task Bench gives the patterns, in the order of DependenceType.
const std::vector<std::string_view>& dependence_names();
std::string_view name_of(DependenceType type);

/// One task of the grid.
struct Place {
  std::uint32_t step;
  std::uint32_t point;
  friend bool operator==(const Place&, const Place&) = default;
};

/// The points `begin`, …, `end - 1` of a row.
struct Points {
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t size() const { return end - begin; }
  bool contains(std::uint32_t point) const { return begin <= point && point < end; }
  friend bool operator==(const Points&, const Points&) = default;
};

struct Pattern {
  static constexpr std::uint32_t kPeriod = 3;  // spread and the random patterns repeat after so many steps
  static constexpr double kFraction = 0.25;    // how many of its neighbours a point of random_nearest reads

  std::uint32_t width;  ///< of the widest row
  std::uint32_t steps;
  std::uint16_t radix;  ///< how many points a point of nearest or spread reads
  DependenceType type;

  /// The points of a step. The rows of tree double until they reach the width. Those of dom, a wave front,
  /// grow by one point a step up to the width, and shrink again at the end.
  Points row(std::uint32_t step) const;
  std::uint64_t tasks() const { return first_of(steps); }
  /// The number of the first task of a step. For the step after the last: the number of all tasks.
  std::uint64_t first_of(std::uint32_t step) const;
  Place place_of(std::uint64_t task) const;

  /// Calls `visit(point)` for each point of the step before that `at` reads, in the order of its inputs.
  template <class Visit>
  void for_each_predecessor(Place at, const Visit& visit) const {
    if (at.step == 0) return;
    const Points before = row(at.step - 1);
    for_each_linked(at.point, dependence_set(at.step), Direction::kBefore, [&](std::uint32_t point) {
      if (before.contains(point)) visit(point);
    });
  }
  /// Calls `visit(point)` for each point of the next step that reads `at`.
  template <class Visit>
  void for_each_successor(Place at, const Visit& visit) const {
    if (at.step + 1 >= steps) return;
    const Points after = row(at.step + 1);
    for_each_linked(at.point, dependence_set(at.step + 1), Direction::kAfter, [&](std::uint32_t point) {
      if (after.contains(point)) visit(point);
    });
  }
  /// The points of a row that no task reads.
  Points sinks(std::uint32_t step) const;
  /// The first step whose row may have points that no task reads.
  std::uint32_t first_step_with_sinks() const;
  /// The number of dependence sets. fft, spread and the random patterns change from step to step, and repeat
  /// after so many steps. The other patterns have one set.
  std::uint32_t dependence_sets() const;
  /// The dependence set of a step, from 0 on. Two steps of the same set with equal rows read the same points.
  std::uint32_t dependence_set(std::uint32_t step) const;

 private:
  enum class Direction { kBefore, kAfter };

  bool is_rectangle() const { return type != DependenceType::kDom && type != DependenceType::kTree; }
  std::uint32_t widest_dom_row() const { return std::min(width, (steps + 1) / 2); }
  /// Whether `to` reads `from` in a random pattern.
  bool is_drawn(std::uint32_t set, std::uint32_t from, std::uint32_t to) const;

  template <class Visit>
  void for_each_linked(std::uint32_t point, std::uint32_t set, Direction direction, const Visit& visit) const;
  template <class Visit>
  void window(std::uint32_t point, std::uint32_t left, std::uint32_t right, const Visit& visit) const {
    const std::uint32_t begin = point - std::min(point, left);
    const std::uint64_t end = std::min<std::uint64_t>(std::uint64_t{point} + right + 1, width);
    for (std::uint32_t other = begin; other < end; ++other) visit(other);
  }
  template <class Visit>
  void nearest(std::uint32_t point, Direction direction, const Visit& visit) const {
    if (radix == 0) return;
    const std::uint32_t left = radix / 2u, right = (radix - 1u) / 2u;
    if (direction == Direction::kBefore) {
      window(point, left, right, visit);
    } else {
      window(point, right, left, visit);
    }
  }
  template <class Visit>
  void spread(std::uint32_t point, std::uint32_t set, Direction direction, const Visit& visit) const;
};

template <class Visit>
void Pattern::for_each_linked(std::uint32_t point, std::uint32_t set, Direction direction,
                              const Visit& visit) const {
  const bool before = direction == Direction::kBefore;
  const auto if_drawn = [&](std::uint32_t other) {
    if (before ? is_drawn(set, other, point) : is_drawn(set, point, other)) visit(other);
  };
  switch (type) {
    case DependenceType::kTrivial:
      return;
    case DependenceType::kNoComm:
      return visit(point);
    case DependenceType::kStencil1d:
      return window(point, 1, 1, visit);
    case DependenceType::kStencil1dPeriodic:
      window(point, 1, 1, visit);
      if (width > 2 && point == 0) visit(width - 1);
      if (width > 2 && point == width - 1) visit(0);
      return;
    case DependenceType::kDom:
      return window(point, before ? 1 : 0, before ? 0 : 1, visit);
    case DependenceType::kTree:
      if (before) return visit(point / 2);
      if (point < (width + 1) / 2) {
        visit(2 * point);
        visit(2 * point + 1);
      }
      return;
    case DependenceType::kFft: {
      const std::uint32_t distance = 1u << set;
      if (point >= distance) visit(point - distance);
      visit(point);
      if (distance < width - point) visit(point + distance);
      return;
    }
    case DependenceType::kAllToAll:
      return window(point, width, width, visit);
    case DependenceType::kNearest:
      return nearest(point, direction, visit);
    case DependenceType::kSpread:
      return spread(point, set, direction, visit);
    case DependenceType::kRandomNearest:
      return nearest(point, direction, if_drawn);
    case DependenceType::kRandomSpread:
      return window(point, width, width, if_drawn);
  }
}

// Visits the point itself, and radix - 1 more at equal distances, which move on by one point a step.
template <class Visit>
void Pattern::spread(std::uint32_t point, std::uint32_t set, Direction direction, const Visit& visit) const {
  if (radix == 0) return;
  visit(point);
  std::uint64_t last_column = width;  // none
  for (std::uint64_t i = 1; i < radix; ++i) {
    const std::uint64_t column = i * width / radix;
    const auto distance = static_cast<std::uint32_t>((column + set) % width);
    if (column == last_column || distance == 0) continue;  // more columns than points, or back at the point
    last_column = column;
    const std::uint64_t other =
        std::uint64_t{point} + (direction == Direction::kBefore ? distance : width - distance);
    visit(static_cast<std::uint32_t>(other % width));
  }
}

inline Points Pattern::row(std::uint32_t step) const {
  if (is_rectangle()) return {0, width};
  if (type == DependenceType::kTree) return {0, step < 32 ? std::min(width, 1u << step) : width};
  const std::uint64_t right_of_end = std::uint64_t{step} + width;
  const auto begin = static_cast<std::uint32_t>(right_of_end > steps ? right_of_end - steps : 0);
  return {begin, begin + std::min({width, step + 1, steps - step})};
}

inline std::uint32_t Pattern::dependence_sets() const {
  switch (type) {
    case DependenceType::kFft:
      return static_cast<std::uint32_t>(std::max(1, static_cast<int>(std::bit_width(width - 1))));
    case DependenceType::kSpread:
    case DependenceType::kRandomNearest:
    case DependenceType::kRandomSpread:
      return kPeriod;
    default:
      return 1;
  }
}

inline std::uint32_t Pattern::dependence_set(std::uint32_t step) const {
  const std::uint32_t sets = dependence_sets();
  return type == DependenceType::kFft ? (step + sets - 1) % sets : step % sets;
}

}  // namespace taskbench
