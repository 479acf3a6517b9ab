// progress_text.hpp: the progress of a computation as lines of text.
// Runs on: rank 0. Threads: any; pure functions.
// Invariants: (1) no line has a line break or an escape sequence;
//             (2) no line says 100 % before all tasks are done.
#pragma once

#include <bask/diagnostics/terminal.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bask {

struct LayerProgress {
  std::string layer;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

/// The progress at one moment.
struct ProgressState {
  std::vector<LayerProgress> layers;  ///< from merge_layers
  std::chrono::nanoseconds elapsed{};
  std::optional<std::chrono::nanoseconds> left;  ///< nothing: not known yet
};

/// Merges layers of the same name, in order of appearance. Leaves out empty layers; makes names printable.
std::vector<LayerProgress> merge_layers(std::span<const LayerProgress> layers);

/// All layers as one.
LayerProgress sum_of(std::span<const LayerProgress> layers, std::string name);

/// At most `most` layers, in their order: first those at work are chosen, then those that wait, then those
/// that are done. The others follow as one, "12 more layers"; if it is a single one, it follows itself.
std::vector<LayerProgress> most_telling(std::span<const LayerProgress> layers, std::size_t most);

/// Whole percent, rounded down; 100 when there are no tasks.
int percent(const LayerProgress& progress);

/// A bar for each of the most telling layers and one for all tasks, as far as they fit into the terminal.
///
///     increment  [##############################]  1000/1000  100 %
///     add        [#.............................]   200/4000    5 %
///     total      [#######.......................]  1200/5000   24 %  12.0 s, about 38 s left
std::vector<std::string> bar_lines(const ProgressState& state, TerminalSize size);

/// "bask: 1200/5000 tasks (24 %), 12.0 s elapsed, about 38 s left; increment 1000/1000, add 200/4000"
/// Where layers are named by lists: "…; normal, add, mean 8/8; mean (finish) 0/1". Long lists lose their
/// middle.
std::string progress_line(const ProgressState& state);

/// "bask: 5000 tasks done in 50.1 s; increment 1000, add 4000"
std::string done_line(const ProgressState& state);

/// "bask: stopped after 12.0 s, 1200/5000 tasks (24 %) done; increment 1000/1000, add 200/4000"
std::string stopped_line(const ProgressState& state);

}  // namespace bask
