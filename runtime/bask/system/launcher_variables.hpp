// launcher_variables.hpp: the variables by which launchers of MPI tell a process that it is a rank.
// Runs on: every rank. Threads: any.
#pragma once

#include <string_view>

namespace bask {

/// Whether a variable would make an MPI program that this process starts believe that it is a rank of this
/// job. Not so for variables that only permit something, nor for Slurm's.
bool is_of_mpi_launcher(std::string_view name);

}  // namespace bask
