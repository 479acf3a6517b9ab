// machine_speed.hpp: how fast a machine is at what the runtime itself does, as far as forecasts ask.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

namespace bask {

/// Nanoseconds. The defaults are those of a modest node of a cluster.
struct MachineSpeed {
  double unit_ns = 200;            ///< the runtime's own, for each unit that a thread runs
  double message_ns = 3000;        ///< until the first byte of a message is there
  double moved_ns_per_byte = 0.2;  ///< from rank to rank
  double written_ns_per_byte = 1;  ///< to a disk
  double read_back_ns_per_byte = 0.7;
  double touched_ns_per_byte = 0.5;  ///< by a task that reads and writes memory, for each byte of both
  double task_ns = 1000;             ///< the least that a task takes of which nothing is known
};

}  // namespace bask
