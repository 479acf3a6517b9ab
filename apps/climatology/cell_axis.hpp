// cell_axis.hpp: the cells of a grid along one axis: which part of it is nearest to which coordinate.
// Runs on: rank 0. Threads: any.
// Invariants: (1) cells do not overlap and ascend;
//             (2) longitudes lie within one turn from the west edge.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

struct Cell {
  double low, high;   ///< half way to the neighbours' centres
  std::size_t index;  ///< in the data
};

struct CellAxis {
  std::vector<Cell> cells;

  /// The index of the cell where a coordinate lies; none beside the data.
  std::optional<std::size_t> at(double coordinate) const;
};

/// Cells from pole to pole at most. Throws: bask::Error when latitudes do not ascend or descend, or pass a
/// pole.
CellAxis latitude_cells(std::span<const double> latitudes);

/// Cells around the globe, for longitudes in any order and turn, seen from `west` on: a cell that lies across
/// it is cut in two. Of cells at the same place the first counts. A gap more than twice as wide as any other
/// is where the data end. Throws: bask::Error when a longitude is not a number.
CellAxis longitude_cells(std::span<const double> longitudes, double west);

/// The longitude within one turn from `west` on.
double longitude_from(double west, double longitude);
