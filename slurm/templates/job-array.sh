#!/bin/bash
# The same program for many inputs: a job for each input, at most eight at a time. For many short jobs, one job that runs
# all of them is kinder to the queue.
#   sbatch job-array.sh ./app arguments     runs ./app arguments 1, ./app arguments 2, …
#SBATCH --job-name=job-array
#SBATCH --array=1-100%8
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --time=1:00:00
#SBATCH --output=%x-%A_%a.out

# module load gcc openmpi

# Each job of the array needs a checkpoint of its own, if it has one:
# export BASK_CHECKPOINT=$SLURM_SUBMIT_DIR/bask-checkpoint-${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID

exec "$@" "$SLURM_ARRAY_TASK_ID"
