// graph_drawing.hpp: a task graph as a picture, in the manner of Dask's `visualize`. Functions are
// circles, data are boxes, and arrows lead upwards from data to the functions that read them. Each layer has
// its own colour, and targets have a bold border.
// Runs on: rank 0. Threads: any.
// Invariants: (1) equal graphs give equal text;
//             (2) every needed task is drawn once; no other task is drawn.
#pragma once

#include <bask/diagnostics/drawing_input.hpp>

#include <filesystem>
#include <string>

namespace bask {

/// Limits above which a picture of single tasks could not be read, or laid out in reasonable time.
struct DrawingOptions {
  std::uint32_t most_tasks = 250;    ///< with more tasks, one node per layer is drawn
  std::uint64_t most_inputs = 1000;  ///< with more arrows into tasks, too
  std::uint32_t most_layers = 60;    ///< with more, the smallest ones share a node
  std::uint32_t most_named = 40;     ///< with more tasks, results are boxes without a name
};

/// The graph in the DOT language. Cost: linear in tasks and inputs.
std::string to_dot(const DrawingInput& input, const DrawingOptions& options = {});

/// Writes the picture in the format of the extension: .svg, .png, .pdf through Graphviz, or .dot. An old file
/// of that name stays until the new one is complete.
/// Throws: Error for another extension, a file that cannot be written, and when Graphviz is missing or fails.
void draw(const DrawingInput& input, const std::filesystem::path& path, const DrawingOptions& options = {});

}  // namespace bask
