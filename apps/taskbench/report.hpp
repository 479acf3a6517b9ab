// report.hpp: measurements as lines: a table for people, or one JSON object each.
// Runs on: rank 0. Threads: one.
#pragma once

#include "metg.hpp"

#include <iosfwd>
#include <string_view>

namespace taskbench {

/// One line of results. `metg` is null when it was not asked for.
struct Result {
  std::string_view runner;
  Measurement measurement;
  const Metg* metg;
};

/// Fields: runner, type, width, steps, radix, kernel, iter, output, cores, tasks, seconds, granularity_us
/// (wall time × cores / tasks), flops_per_s, bytes_per_s (memory_bound only); with METG metg_us,
/// peak_flops_per_s and efficiency. With METG the measurement is that of the smallest tasks which reach half
/// of the peak.
void print_json(std::ostream& out, const Result& result);

void print_table_head(std::ostream& out, bool metg);
void print_table_line(std::ostream& out, const Result& result);

}  // namespace taskbench
