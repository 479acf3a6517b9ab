// affinity.hpp: the cores that this process may use, and threads that stay on one of them.
// Runs on: every rank. Threads: any; the mask is read once.
#pragma once

#include <cstdint>
#include <vector>

namespace bask {

class CoreMask {
 public:
  /// The affinity mask with which the process was started, as Slurm, mpirun or taskset set it.
  static const CoreMask& of_process();

  /// Cores in the mask, each counted once however many hardware threads it has; at least 1.
  unsigned count() const { return static_cast<unsigned>(first_pu_.size()); }
  /// The system's number of each core's first hardware thread in the mask; ascending on most machines.
  const std::vector<unsigned>& cpus() const { return first_pu_; }
  /// Cores that the machine, or the control group, lets a process use, in the mask or not; at least count().
  unsigned machine_cores() const { return machine_cores_; }
  /// Keeps the calling thread on one of cpus(). Returns whether the system allowed it.
  static bool pin_this_thread(unsigned cpu);

 private:
  CoreMask();
  std::vector<unsigned> first_pu_;
  unsigned machine_cores_ = 1;
};

}  // namespace bask
