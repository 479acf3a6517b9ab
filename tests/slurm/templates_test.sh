#!/usr/bin/env bash
# templates_test.sh <cluster>: the templates for users who write their own scripts do what they say.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
templates=$slurm/templates

job=$(sbatch --parsable "$templates/single-node.sh" "$here/program.sh" single 0)
many=$(sbatch --parsable "$templates/many-nodes.sh" "$here/program.sh" many 1)
array=$(sbatch --parsable --array=1-3 "$templates/job-array.sh" /bin/echo number)
requeue=$(sbatch --parsable "$templates/requeue-with-signal.sh" "$here/program.sh" requeue usr1 0)
wait_for 60 test -e requeue/running.1
scancel --batch --signal=USR1 "$requeue"

expect_end single-node "$job" COMPLETED 0:0
expect_text single-node 'start 1 on .*: 1 ranks' "single-node-$job.out"
expect_end many-nodes "$many" FAILED 1:0
expect_text many-nodes 'start 1 on n.1-4.: 4 ranks' "many-nodes-$many.out"
expect_end requeue-with-signal "$requeue" COMPLETED 0:0
expect_text requeue-with-signal 'start 2 on' "requeue-$requeue.out"
for number in 1 2 3; do
  wait_for 60 grep -qx "number $number" "job-array-${array}_$number.out"
done
report
