// report.hpp: prints measurements as a table, or as one JSON object per line.
// Runs on: rank 0. Threads: one.
#pragma once

#include "compare.hpp"

#include <iosfwd>

namespace taskbench {

/// Prints one JSON object with the fields runner, type, width, steps, radix, kernel, iter, output, cores,
/// tasks, seconds, granularity_us (wall time × cores / tasks), flops_per_s, and bytes_per_s (memory_bound
/// only); with METG also metg_us, peak_flops_per_s and efficiency; and ratio_to_mpi where mpi ran as well.
void print_json(std::ostream& out, const Result& result);

/// The optional columns of a table.
struct Columns {
  bool metg;
  bool ratio;  ///< "x mpi": ratio_to_mpi
};
void print_table_head(std::ostream& out, const Columns& columns);
void print_table_line(std::ostream& out, const Columns& columns, const Result& result);

}  // namespace taskbench
