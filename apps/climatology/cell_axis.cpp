#include "cell_axis.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cmath>

namespace {

struct Centre {
  double at;
  std::size_t index;
};

std::vector<Cell> cells_between(const std::vector<Centre>& centres, double half_alone) {
  std::vector<Cell> cells;
  const std::size_t last = centres.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const double before = k > 0 ? (centres[k].at - centres[k - 1].at) / 2 : 0;
    const double after = k < last ? (centres[k + 1].at - centres[k].at) / 2 : 0;
    // The cells at the ends are as wide outwards as inwards.
    const double outside = last == 0 ? half_alone : std::max(before, after);
    cells.push_back({centres[k].at - (k > 0 ? before : outside), centres[k].at + (k < last ? after : outside),
                     centres[k].index});
  }
  return cells;
}

bool is_one_way(std::span<const double> values) {
  const auto has_none = [&](auto compare) {
    return std::adjacent_find(values.begin(), values.end(), compare) == values.end();
  };
  return has_none([](double a, double b) { return !(a < b); }) ||
         has_none([](double a, double b) { return !(a > b); });
}

// The centres in [0, 360), ascending, without duplicates.
std::vector<Centre> around_the_globe(std::span<const double> longitudes) {
  std::vector<Centre> centres;
  for (std::size_t k = 0; k < longitudes.size(); ++k) {
    if (!std::isfinite(longitudes[k])) {
      throw bask::Error("map", fmt::format("longitude {} is {}", k, longitudes[k]),
                        "give longitudes in degrees east");
    }
    centres.push_back({longitude_from(0, longitudes[k]), k});
  }
  std::stable_sort(centres.begin(), centres.end(),
                   [](const Centre& a, const Centre& b) { return a.at < b.at; });
  const auto is_same = [](const Centre& a, const Centre& b) { return b.at - a.at < 1e-6; };
  centres.erase(std::unique(centres.begin(), centres.end(), is_same), centres.end());
  return centres;
}

// The cells, from the widest gap on; when no gap is much wider than the others, they close the circle.
std::vector<Cell> cells_of_turn(std::vector<Centre> centres) {
  const std::size_t count = centres.size();
  if (count == 1) return {{centres[0].at - 180, centres[0].at + 180, centres[0].index}};
  std::size_t widest = 0;  // the centre before the widest gap
  double gap = 0, next_gap = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double here =
        k + 1 < count ? centres[k + 1].at - centres[k].at : centres[0].at + 360 - centres[k].at;
    if (here > gap) {
      widest = k;
      next_gap = gap;
      gap = here;
    } else {
      next_gap = std::max(next_gap, here);
    }
  }
  for (std::size_t k = 0; k <= widest; ++k) centres[k].at += 360;
  std::rotate(centres.begin(), centres.begin() + static_cast<std::ptrdiff_t>(widest) + 1, centres.end());
  std::vector<Cell> cells = cells_between(centres, 180);
  if (gap <= 2 * next_gap) {
    cells.front().low = centres.front().at - gap / 2;
    cells.back().high = cells.front().low + 360;
  }
  return cells;
}

}  // namespace

std::optional<std::size_t> CellAxis::at(double coordinate) const {
  const auto after = std::upper_bound(cells.begin(), cells.end(), coordinate,
                                      [](double value, const Cell& cell) { return value < cell.low; });
  if (after == cells.begin() || coordinate > std::prev(after)->high) return std::nullopt;
  return std::prev(after)->index;
}

CellAxis latitude_cells(std::span<const double> latitudes) {
  const auto is_on_globe = [](double latitude) { return std::abs(latitude) <= 90 + 1e-6; };
  if (!std::all_of(latitudes.begin(), latitudes.end(), is_on_globe)) {
    throw bask::Error("map", "there are latitudes outside of -90 to 90",
                      "give latitudes in degrees north, and none missing");
  }
  if (!is_one_way(latitudes)) {
    throw bask::Error("map", "latitudes go up and down, or repeat",
                      "give latitudes that only ascend or only descend");
  }
  std::vector<Centre> centres;
  for (std::size_t k = 0; k < latitudes.size(); ++k) centres.push_back({latitudes[k], k});
  if (latitudes.size() > 1 && latitudes.front() > latitudes.back())
    std::reverse(centres.begin(), centres.end());
  CellAxis axis{cells_between(centres, 0.5)};
  for (Cell& cell : axis.cells) {
    cell.low = std::clamp(cell.low, -90.0, 90.0);
    cell.high = std::clamp(cell.high, -90.0, 90.0);
  }
  return axis;
}

CellAxis longitude_cells(std::span<const double> longitudes, double west) {
  CellAxis axis;
  for (const Cell& cell : cells_of_turn(around_the_globe(longitudes))) {
    const double low = longitude_from(west, cell.low), high = low + (cell.high - cell.low);
    axis.cells.push_back({low, std::min(high, west + 360), cell.index});
    if (high > west + 360) axis.cells.push_back({west, high - 360, cell.index});
  }
  std::sort(axis.cells.begin(), axis.cells.end(), [](const Cell& a, const Cell& b) { return a.low < b.low; });
  return axis;
}

double longitude_from(double west, double longitude) {
  const double turned = std::fmod(longitude - west, 360);
  return west + (turned < 0 ? turned + 360 : turned);
}
