// graph_drawing.hpp: a task graph as a picture, in the manner of Dask's `visualize`. Functions are
// circles, data are boxes, arrows lead upwards from data to the functions that read them; each layer has
// its colour, and what was asked for has a bold border.
// Runs on: rank 0. Threads: any.
// Invariants: (1) equal graphs give equal text; (2) every needed task is drawn once, no other is.
#pragma once

#include <bask/diagnostics/drawing_input.hpp>

#include <filesystem>
#include <string>

namespace bask {

/// Beyond these numbers a picture of each task could not be read, nor laid out in reasonable time.
struct DrawingOptions {
  std::uint32_t most_tasks = 250;    ///< with more, one node per layer is drawn
  std::uint64_t most_inputs = 1000;  ///< the same with more arrows into tasks
  std::uint32_t most_layers = 60;    ///< with more, the smallest ones share a node
  std::uint32_t most_named = 40;     ///< with more tasks, results are boxes without a name
};

/// The graph in the DOT language. Cost: linear in tasks and inputs.
std::string to_dot(const DrawingInput& input, const DrawingOptions& options = {});

/// Writes the picture in the format that the extension says: .svg, .png, .pdf through Graphviz, or .dot.
/// An older file of that name stays until the new one is complete.
/// Throws: Error for another extension, a place that cannot be written to, and when Graphviz is missing or
/// fails.
void draw(const DrawingInput& input, const std::filesystem::path& path, const DrawingOptions& options = {});

}  // namespace bask
