// parts.hpp: the parts of a picture, each drawn into rows of its own.
// Runs on: a login node. Threads: one at a time; pure functions.
#pragma once

#include "grid.hpp"
#include "picture.hpp"
#include "state_view.hpp"
#include "table.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace top {

inline constexpr std::size_t kLabelColumns = 8;  ///< of the words before bars and texts

// Each draws from a row on, in at most so many rows, and returns the row after it.
std::size_t draw_head(Grid& grid, std::size_t row, const Shown& shown);
std::size_t draw_numbers(Grid& grid, std::size_t row, const StateView& state);
std::size_t draw_advice(Grid& grid, std::size_t row, std::size_t most_rows, std::size_t most_advice,
                        const StateView& state);
std::size_t draw_error(Grid& grid, std::size_t row, std::size_t most_rows, const StateView& state);
std::size_t draw_totals(Grid& grid, std::size_t row, const StateView& state);

/// Layers with tasks; the most telling ones first when there are more than fit in `rows`.
Table layer_table(const StateView& state, std::size_t rows);
Table rank_table(const StateView& state, RankOrder order);  ///< the state outlives it
/// The newest line first.
Table log_table(const StateView& state);

}  // namespace top
