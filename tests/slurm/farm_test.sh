#!/usr/bin/env bash
# farm_test.sh <cluster> <farm>: Slurm's signals reach farm's commands as well as its ranks; no command counts as failed.
source "$(dirname -- "$0")/support.sh" "$1"
farm=$2
use_cluster
declare -A job
launchers=(srun mpirun)

for launcher in "${launchers[@]}"; do
  run() {   # run <name>: each rank has two commands at a time
    job[$launcher.$1]=$(submit "$launcher.$1" --nodes 2 --cpus-per-task 2 --launcher "$launcher" -- \
      "$farm" run --log "log.$launcher.$1" --for x in 1..12 -- "$2")
  }
  run requeued 'sleep 2'
  run signalled 'sleep 1.5; true {x}'
  run cancelled 'trap "exit 143" TERM; sleep 30 & wait $!'
done

has_begun() { grep -q . "log.$1/index-$2-0.tsv" && grep -q . "log.$1/index-$2-1.tsv"; }
for launcher in "${launchers[@]}"; do
  wait_for 60 has_begun "$launcher.requeued" 1
  scontrol requeue "${job[$launcher.requeued]}"
  wait_for 60 has_begun "$launcher.signalled" 1
  scancel --batch --signal=USR1 "${job[$launcher.signalled]}"
  wait_for 60 has_begun "$launcher.cancelled" 1
  scancel "${job[$launcher.cancelled]}"
done
for launcher in "${launchers[@]}"; do
  wait_for 90 has_begun "$launcher.requeued" 2
  scontrol requeue "${job[$launcher.requeued]}"
  wait_for 90 has_begun "$launcher.signalled" 2
  scancel --signal=USR1 "${job[$launcher.signalled]}"   # to all processes of all steps
done

for launcher in "${launchers[@]}"; do
  for name in requeued signalled; do
    expect_end "$launcher, $name" "${job[$launcher.$name]}" COMPLETED 0:0
    "$farm" status --log "log.$launcher.$name" >status.txt
    expect_text "$launcher, $name" '^12 of 12 commands have ended: 12 succeeded, 0 failed, 0 skipped' status.txt
    has_begun "$launcher.$name" 3 || failed "$launcher, $name: it was not started three times"
  done
  wait_for 60 is_over "${job[$launcher.cancelled]}"
  "$farm" status --log "log.$launcher.cancelled" >status.txt
  expect_text "$launcher, cancelled" '^0 of 12 commands have ended: 0 succeeded, 0 failed' status.txt
done
report
