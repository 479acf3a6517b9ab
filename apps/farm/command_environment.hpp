// command_environment.hpp: the environment of the commands: the user's, without the launcher's variables.
// Runs on: every rank. Threads: any.
#pragma once

#include "command.hpp"

#include <bask/core/environment.hpp>

#include <string>
#include <vector>

namespace farm {

/// Whether the variable is a launcher's: it would make a program that a command starts (an MPI program,
/// mpirun, srun, a program on Bask) believe that it is a rank of this job. Slurm's variables that only say
/// which job this is do not count.
bool is_of_launcher(const std::string& name);

/// The variables for commands, as "NAME=value": those that are not a launcher's, and those that `kept` names.
std::vector<std::string> command_environment(const bask::Environment& environment,
                                             const std::vector<std::string>& kept);

/// The environment of one command, as execve takes it: `base`, and the command's `own` variables:
/// FARM_NUMBER, FARM_NAME, FARM_ATTEMPT, FARM_TRY, FARM_CORES, and OMP_NUM_THREADS unless the user has set
/// it. Points into `base` and into itself.
class EnvironmentBlock {
 public:
  EnvironmentBlock(const std::vector<std::string>& base, const std::vector<std::string>& own);
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> own_;
  std::vector<char*> pointers_;
};

}  // namespace farm
