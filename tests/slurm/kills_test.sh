#!/usr/bin/env bash
# kills_test.sh <cluster> <python> <restart_program>: ranks and launchers of jobs are killed; results stay the same. A longer
# test, in which nodes die, too: chaos.py --runs 100.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
"$2" "$here/chaos.py" --runs 2 --kinds rank,launcher --seed 5 --verbose --devcluster "$slurm/devcluster" \
  --submit "$bask_submit" --program "$3"
