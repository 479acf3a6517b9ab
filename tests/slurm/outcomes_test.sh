#!/usr/bin/env bash
# outcomes_test.sh <cluster>: a job ends as its program does, by either launcher, after the restarts that the program's exit
# code asks for.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
declare -A job

for launcher in srun mpirun; do
  run() { job[$launcher.$1]=$(submit "$launcher.$1" --nodes 2 --launcher "$launcher" "${@:3}" -- "$here/program.sh" "$launcher.$1" $2); }
  run done '0'
  run failure '1'
  run usage '2'
  run stopped '75' --max-restarts 0
  run never_requeued '75' --no-requeue --checkpoint none
  run resumed '75 0' --checkpoint "$launcher.journal"
  run crashed 'kill 0'
  run twice 'kill 75 0'
  run loop '3 3 3' --max-restarts 2
done

# Of an array, only the job that crashed starts again: here the last one, whose number is also the array's.
cat >member.sh <<SCRIPT
#!/bin/bash
[[ \$SLURM_ARRAY_TASK_ID -eq 1 ]] && exec "$here/program.sh" array.1 deaf
exec "$here/program.sh" array.2 75 kill 0
SCRIPT
chmod +x member.sh
array=$(submit array --array 1-2 --output %x.%a.out -- ./member.sh)

for launcher in srun mpirun; do
  ends() { expect_end "$launcher, $1" "${job[$launcher.$1]}" "$2" "$3"; }
  says() { expect_text "$launcher, $1" "$2" "$launcher.$1.out"; }
  ends done COMPLETED 0:0 && says done '^bask: the program ended with 0 after'
  ends failure FAILED 1:0 && expect_no_text "$launcher, failure" 'starting again' "$launcher.failure.out"
  ends usage FAILED 2:0
  ends stopped FAILED 75:0 && says stopped 'not queued again after 0 restarts .--max-restarts'
  says stopped "to go on later: bask-submit --checkpoint $work/bask-checkpoint-$launcher.stopped-${job[$launcher.stopped]}"
  ends never_requeued FAILED 75:0 && says never_requeued 'not queued again .--no-requeue'
  ends resumed COMPLETED 0:0 && says resumed 'the job is queued again .restart 1 of 10'
  says resumed 'restarts: 1 of at most 10' && says resumed 'start 2 on'
  [[ ! -e $launcher.journal ]] || failed "$launcher: the count of restarts remains"
  ends crashed COMPLETED 0:0 && says crashed '2 of 2 nodes are there; starting again on n[1-4],n[1-4] in 1 s .restart 1 of 10'
  ends twice COMPLETED 0:0 && says twice 'the job is queued again .restart 2 of 10' && says twice 'start 3 on'
  wait_for 120 is_over "${job[$launcher.loop]}"
  # Srun ends with the highest code: 143 where one rank's 3 has bask-submit end the other one before that ends by itself.
  code=$(field "${job[$launcher.loop]}" ExitCode)
  [[ $launcher == srun && $code == 143:0 ]] || code=3:0
  ends loop FAILED "$code"
  says loop 'in 2 s .restart 2 of 2' && says loop 'not started again after 2 restarts .--max-restarts'
done

wait_for 60 grep -q 'the program ended with 0' array.2.out
expect_equal 'the other job of the array: starts' 1 "$(<array.1/starts.0)"
expect_equal 'the other job of the array' RUNNING "$(squeue -h -j "${array}_1" -o %T)"
expect_text array "^bask: .* job ${array}_2 on .* restarts: 1 of" array.2.out
expect_text array 'starting again .* .restart 2 of 10' array.2.out
scancel "$array"

sacct -c --format=jobid,exitcode,state >sacct.out 2>/dev/null   # it tells nothing of arrays
expect_text 'sacct -c' "^${job[srun.done]} +0:0 +COMPLETED" sacct.out
expect_text 'sacct -c' "^${job[srun.failure]} +1:0 +FAILED" sacct.out
expect_text 'sacct -c' "^${job[mpirun.stopped]} +75:0 +FAILED" sacct.out
report
