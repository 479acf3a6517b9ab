#!/usr/bin/env bash
# errors_test.sh <cluster>: after an error of sbatch, bask-submit says what to change; --wait ends with the program's exit code.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster

# refused <what to change> <options…>
refused() {
  local code=0
  "$bask_submit" "${@:2}" -- /bin/true >message 2>&1 || code=$?
  expect_equal "${*:2}: exit code" 1 $code
  expect_text "${*:2}" '^sbatch: ' message
  expect_text "${*:2}" "$1" message
}
refused 'Choose another --partition .-p.. The partitions here are:$' --partition nowhere
refused '^  short: 4 nodes of 4 cores and [0-9]+ MiB, at most 10:00$' -p nowhere
refused 'ask for less of --nodes .-N.' --nodes 9
refused 'cpus-per-task .-c., --ranks-per-node or --mem' --cpus-per-task 64
refused 'Ask for less --time' --partition short --time 1:00:00
refused 'is minutes, H:M:S or D-H:M:S' --time soon
refused 'Ask for less --mem, which is per node' --mem 900TiB
refused 'Choose another --constraint' --constraint gold
refused 'Choose another --gres or --gpus' --gres gpu:1
refused 'Choose other nodes' --nodelist n77
refused 'no option of this sbatch' --bogus=1

# waited <exit code> <arguments…>
waited() {
  local code=0
  "$bask_submit" --wait --cpus-per-task 1 --mem 100MiB --time 2 "${@:2}" >message 2>&1 || code=$?
  expect_equal "${*:2}: exit code" "$1" $code
}
waited 0 -- /bin/echo 'two  words'
expect_text 'the output' '^two  words$' message
waited 1 -- /bin/false
waited 0 --job-name again -- "$here/program.sh" again kill 75 0
expect_text 'the output over a requeue' 'start 3 on' message
expect_equal 'each line once' 1 "$(grep -c '^start 1 on' message)"
waited 75 --max-restarts 0 -- "$here/program.sh" stopped 75
report
