// journal_rows.hpp: the rows of journal_bench: work that it runs with a journal and without.
// Runs on: rank 0. Threads: one.
#pragma once

#include <bask/bask.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace journal_bench {

struct Settings {
  double seconds = 1.0;       ///< how long a row of tasks takes
  double loops_per_us = 0;    ///< of the busy loop, as calibrated
  unsigned threads = 2;       ///< of all ranks
  std::uint32_t fan_in = 16;  ///< how many results one task adds up; 0: the program asks for each result
  std::string directory;      ///< of the HDF5 file
};

struct Row {
  std::string name, what;
  std::function<void(const Settings&)> run;
};

/// All rows, in the order in which they are printed.
const std::vector<Row>& rows();
/// Makes the files that rows read.
void prepare(const Settings& settings);

/// How many loops a core runs in a microsecond.
double calibrate();
/// Loops that tasks of this process have run so far.
std::uint64_t loops_run();

}  // namespace journal_bench
