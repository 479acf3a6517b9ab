// report.hpp: measurements as lines: a table for people, or one JSON object each.
// Runs on: rank 0. Threads: one.
#pragma once

#include "compare.hpp"

#include <iosfwd>

namespace taskbench {

/// Fields: runner, type, width, steps, radix, kernel, iter, output, cores, tasks, seconds, granularity_us
/// (wall time × cores / tasks), flops_per_s, bytes_per_s (memory_bound only); with METG metg_us,
/// peak_flops_per_s and efficiency; ratio_to_mpi where mpi ran as well.
void print_json(std::ostream& out, const Result& result);

/// Which columns a table has besides those that it always has.
struct Columns {
  bool metg;
  bool ratio;  ///< "x mpi": ratio_to_mpi
};
void print_table_head(std::ostream& out, const Columns& columns);
void print_table_line(std::ostream& out, const Columns& columns, const Result& result);

}  // namespace taskbench
