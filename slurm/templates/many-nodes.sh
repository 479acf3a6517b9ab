#!/bin/bash
# One rank on each of four nodes, with all cores of its node.
#   sbatch many-nodes.sh ./app arguments
#SBATCH --job-name=many-nodes
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=1:00:00
#SBATCH --output=%x-%j.out

# module load gcc openmpi

# Without --cpu-bind=none, some sites bind a rank to one core.
srun --mpi=pmix --cpu-bind=none "$@"

# Where srun does not know pmix (srun --mpi=list): mpirun --bind-to none "$@"
