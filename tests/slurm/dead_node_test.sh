#!/usr/bin/env bash
# dead_node_test.sh: a whole node dies: the program goes on on the other nodes of the allocation; when it was the node of the
# batch script, the job is queued again.
source "$(dirname -- "$0")/support.sh" own
cluster=$work/cluster cluster_nodes=7
chmod 755 "$work"
use_cluster
trap 'code=$?; "$slurm/devcluster" down --dir "$cluster"; unset SLURM_CONF; at_end $code' EXIT
declare -A job

for launcher in mpirun srun; do
  job[$launcher]=$(submit "$launcher" --nodes 4 --exclude 'n[5-7]' --launcher "$launcher" -- \
    "$here/program.sh" "$launcher" peer 0)
done
first=$(submit first --nodes 2 --exclude 'n[1-4]' -- "$here/program.sh" first deaf 0)
for name in mpirun srun first; do
  wait_for 30 test -e "$name/running.1"
done
has_guard() { ps -C bash -o args= | grep -Eq " done $first\$"; }   # the guard itself runs, not only its launcher
wait_for 30 has_guard
"$slurm/devcluster" crash n4 --dir "$cluster"
"$slurm/devcluster" crash n5 --dir "$cluster"

for launcher in mpirun srun; do
  wait_for 90 grep -q 'the program ended with 0' "$launcher.out"
  # Its last line is written before it ends, and the dead n4 never reports that it has completed.
  has_ended() { [[ $(field "${job[$launcher]}" JobState) =~ ^COMPLET(ING|ED)$ ]]; }
  wait_for 30 has_ended
  expect_equal "$launcher: exit code" 0:0 "$(field "${job[$launcher]}" ExitCode)"
  expect_text "$launcher" '3 of 4 nodes are there; starting again on n1,n2,n3 in 1 s .restart 1 of 10' "$launcher.out"
  expect_text "$launcher" 'start 2 on .*: 3 ranks' "$launcher.out"
done
expect_end first "$first" COMPLETED 0:0
expect_text first "job $first on n.6-7. by srun" first.out
expect_text first 'start 2 on n.6-7.: 2 ranks' first.out
report
