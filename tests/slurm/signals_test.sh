#!/usr/bin/env bash
# signals_test.sh <cluster>: the time limit, scancel, and the end of the launcher itself.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
declare -A job
program=$here/program.sh

# Slurm checks time limits every half minute, so the signal may come at once.
job[limit]=$(submit limit --time 1 --signal-before 55 --nodes 2 -- "$program" limit usr1 0)
# As if the signal came before the program was started.
echo 'setup = ["kill -USR1 $$"]' >early.toml
job[early]=$(submit early --config early.toml -- "$program" early usr1 0)
for launcher in srun mpirun; do
  run() { job[$launcher.$1]=$(submit "$launcher.$1" --nodes 2 --launcher "$launcher" -- "$program" "$launcher.$1" $2); }
  run signal 'usr1 0'
  run deaf 'deaf 0'
  run cancelled 'usr1 0'
  run killed 'deaf 0'
done
is_running() { [[ -e $1/running.1 ]]; }
for launcher in srun mpirun; do
  for name in signal deaf cancelled killed; do
    wait_for 30 is_running "$launcher.$name"
  done
  scancel --batch --signal=USR1 "${job[$launcher.signal]}" "${job[$launcher.deaf]}"
  scancel "${job[$launcher.cancelled]}"
  pkill -KILL -f "^$launcher .*program.sh $launcher.killed"   # but not its ranks
done

for launcher in srun mpirun; do
  ends() { expect_end "$launcher, $1" "${job[$launcher.$1]}" "$2" "$3"; }
  says() { expect_text "$launcher, $1" "$2" "$launcher.$1.out"; }
  ends signal COMPLETED 0:0 && says signal 'the job got USR1' && says signal 'is queued again .restart 1 of 10'
  ends deaf FAILED 138:0 && says deaf 'does not know how to stop and go on'
  wait_for 30 is_over "${job[$launcher.cancelled]}"
  expect_equal "$launcher, cancelled" CANCELLED "$(field "${job[$launcher.cancelled]}" JobState)"
  expect_no_text "$launcher, cancelled" 'start 2 on' "$launcher.cancelled.out"
  ends killed COMPLETED 0:0 && says killed 'ended with 137 .signal 9.* starting again'
done
expect_end early "${job[early]}" COMPLETED 0:0
expect_text early 'start 2 on' early.out
expect_end limit "${job[limit]}" COMPLETED 0:0
expect_text limit 'the job got USR1' limit.out
expect_text limit 'start 2 on' limit.out
report
