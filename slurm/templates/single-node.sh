#!/bin/bash
# One node, all of its cores: Bask runs on threads, without MPI's launcher.
#   sbatch single-node.sh ./app arguments
#SBATCH --job-name=single-node
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --exclusive
#SBATCH --time=1:00:00
#SBATCH --output=%x-%j.out

# module load gcc openmpi

exec "$@"
