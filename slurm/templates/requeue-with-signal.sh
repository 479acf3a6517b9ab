#!/bin/bash
# A job that takes longer than its time limit: two minutes before the end it stops in order (exit code 75), is queued
# again and goes on from its checkpoint. The scripts of bask-submit survive crashes and dead nodes as well.
#   sbatch requeue-with-signal.sh ./app arguments
#SBATCH --job-name=requeue
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=1:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.out

# module load gcc openmpi

export BASK_CHECKPOINT=$SLURM_SUBMIT_DIR/bask-checkpoint-$SLURM_JOB_ID

# Slurm sends USR1 to this script; srun passes it on to all ranks. --wait lets each rank end with its own exit code.
trap 'signalled=yes; kill -USR1 "$launcher"' USR1
srun --mpi=pmix --cpu-bind=none --kill-on-bad-exit=0 --wait=30 "$@" &
launcher=$!

signalled=yes
while [[ $signalled == yes ]]; do   # a signal ends `wait` early
  signalled=no
  wait "$launcher"
  code=$?
done

if [[ $code -eq 75 && ${SLURM_RESTART_COUNT:-0} -lt 10 ]]; then
  scontrol requeue "$SLURM_JOB_ID"
  sleep 60   # Slurm ends this script
fi
exit "$code"
