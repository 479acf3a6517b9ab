// machine_speed.hpp: how fast a machine is, as far as forecasts ask.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

#include <string>
#include <vector>

namespace bask {

/// Nanoseconds, with all threads at work. The defaults are those of a modest node of a cluster.
struct MachineSpeed {
  double unit_ns = 200;              ///< the runtime's own, for each unit that a thread runs
  double task_ns = 2000;             ///< of a task that does nothing but what every task of arrays does
  double touched_ns_per_byte = 0.2;  ///< that a task reads or makes
  double operation_ns = 0.4;         ///< such as an addition of two elements
  double function_ns = 4;            ///< such as an exponential
  double uniform_number_ns = 1.5, random_number_ns = 6;
  double multiply_add_ns = 0.1;          ///< in products of matrices
  double message_ns = 3000;              ///< until the first byte of a message is there
  double moved_ns_per_byte = 0.2;        ///< from rank to rank, at each of the two
  double moved_cpu_ns_per_byte = 0.1;    ///< of a processor, at each of the two
  double cleared_ns_per_byte = 0.2;      ///< of memory that is used for the first time
  double written_ns_per_byte = 1;        ///< to a disk
  double written_cpu_ns_per_byte = 0.3;  ///< of a processor
  double read_back_ns_per_byte = 0.7, read_back_cpu_ns_per_byte = 0.3;
};

/// The members by their names.
struct NamedSpeed {
  std::string name;
  double MachineSpeed::*ns;
};
const std::vector<NamedSpeed>& named_speeds();

/// From the file that write_machine_speed() has written. Throws: Error when it cannot be read, or when it is
/// none of these files.
MachineSpeed read_machine_speed(const std::string& path);
/// As JSON: an object with the members by name, and `machine`, a text. Throws: Error when it cannot be
/// written.
void write_machine_speed(const std::string& path, const MachineSpeed& speed, const std::string& machine);

}  // namespace bask
