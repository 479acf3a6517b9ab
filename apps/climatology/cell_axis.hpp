// cell_axis.hpp: the cells of a grid along one axis. A cell is the part that is nearest to one coordinate.
// Runs on: rank 0. Threads: any.
// Invariants: (1) cells are in ascending order and do not overlap;
//             (2) longitudes lie within 360 degrees east of the west edge.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

struct Cell {
  double low, high;   ///< half way to the centres of the neighbours
  std::size_t index;  ///< in the data
};

struct CellAxis {
  std::vector<Cell> cells;

  /// The data index of the cell in which a coordinate lies; nothing outside of the data.
  std::optional<std::size_t> at(double coordinate) const;
};

/// The cells of these latitudes, cut off at the poles. Throws: bask::Error when latitudes neither ascend nor
/// descend, or lie beyond a pole.
CellAxis latitude_cells(std::span<const double> latitudes);

/// The cells of these longitudes, from `west` on around the globe. Longitudes may be in any order and of any
/// turn (-90 or 270). A cell that lies across `west` is cut in two. Of equal longitudes only the first has a
/// cell. The data end at a gap that is more than twice as wide as any other. Throws: bask::Error when a
/// longitude is not finite.
CellAxis longitude_cells(std::span<const double> longitudes, double west);

/// The same longitude as a number in [west, west + 360).
double longitude_from(double west, double longitude);
