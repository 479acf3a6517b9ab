// launch.hpp: what started this process, as its environment tells: a shell, an MPI launcher or srun. So a
// plain ./app never initialises MPI, and tasks of srun that cannot find each other end with an error.
// Runs on: every rank, before MPI. Threads: any; pure functions.
#pragma once

#include <bask/core/environment.hpp>
#include <bask/core/error.hpp>

namespace bask {

struct Launch {
  enum class By {
    kNone,      ///< a shell or a batch script
    kMpirun,    ///< Open MPI's mpirun, also inside a Slurm job
    kSrunPmix,  ///< srun --mpi=pmix
    kPmix,      ///< another launcher that speaks PMIx
    kPmi,       ///< a launcher that speaks PMI-1 or 2: srun --mpi=pmi2, or the mpirun of MPICH and its kin
  };
  By by = By::kNone;
  int rank = 0;  ///< as the launcher counts
  int size = 1;  ///< 0: only MPI knows

  /// Whether to initialise MPI. A launcher's only process works alone: it has nobody to talk to, and a second
  /// program in the same step of Slurm could not initialise MPI.
  bool needs_mpi() const { return by != By::kNone && size != 1; }

  friend bool operator==(const Launch&, const Launch&) = default;
};

/// srun started several tasks that cannot find each other. Every one of them throws it: let task 0 speak.
class TasksWithoutPmixError : public Error {
 public:
  TasksWithoutPmixError(int task, int tasks);
  int task() const { return task_; }

 private:
  int task_;
};

/// Finds out what started this process, by rules for the variables that Slurm 22.05 and Open MPI 4.1 set:
/// - OMPI_COMM_WORLD_* come first: below mpirun, SLURM_STEP_* and SLURM_PROCID are those of its daemons.
/// - SLURM_NTASKS is not looked at: a batch script has it too.
/// - PMIX_RANK of another Slurm job does not count: sbatch passes on the variables of its caller's shell.
/// Throws: TasksWithoutPmixError (kUsage).
Launch find_launch(const Environment& environment);

/// Throws: Error (kUsage) when MPI sees fewer processes than the launcher started: each would do all work.
void check_world_size(const Launch& launch, int world_size);

}  // namespace bask
