// command_environment.hpp: the environment of the commands: the user's own, without what a launcher put in.
// Runs on: every rank. Threads: any.
#pragma once

#include "command.hpp"

#include <bask/core/environment.hpp>

#include <string>
#include <vector>

namespace farm {

/// Whether a variable would make a program that the command starts (an MPI program, mpirun, srun, a program
/// on Bask) believe that it is a rank of this job. Of Slurm's, those that only say which job this is stay.
bool is_of_launcher(const std::string& name);

/// "NAME=value" of what stays, and of what `kept` names.
std::vector<std::string> command_environment(const bask::Environment& environment,
                                             const std::vector<std::string>& kept);

/// The same with what a command is told: FARM_NUMBER, FARM_NAME, FARM_ATTEMPT, FARM_TRY, FARM_CORES, and
/// OMP_NUM_THREADS unless the user has set it. Points into `base` and into itself.
class EnvironmentBlock {
 public:
  EnvironmentBlock(const std::vector<std::string>& base, const std::vector<std::string>& own);
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> own_;
  std::vector<char*> pointers_;
};

}  // namespace farm
