#!/usr/bin/env bash
# explain.sh BASK_TOP RANKS_PROGRAM MPIRUN…: bask-top --explain says of a running job of three ranks what it waits for.
set -euo pipefail
bask_top=$1 program=$2
shift 2
rm -rf work && mkdir work && cd work

"$@" 3 "$program" wait "$PWD/go" --bask-threads=2 --bask-resources=licence=1 --bask-watch=watch >job.txt 2>&1 &
job=$!
trap 'touch go; wait $job || true' EXIT

fail() {
  printf 'explain.sh: %s\n' "$*" >&2
  cat out.txt job.txt >&2
  exit 1
}

# expect REGEX [WHAT]: within a minute the explanation must have a line that matches (ERE).
expect() {
  local regex=$1 deadline=$((SECONDS + 60))
  shift
  until "$bask_top" --explain watch "$@" >out.txt 2>&1 && grep -Eq -e "$regex" out.txt; do
    [[ $SECONDS -lt $deadline ]] || fail "nothing matches '$regex': $*"
    sleep 0.2
  done
}

waits="'wait_for_file-[0-9a-f]+' \(layer wait_for_file\) waits for resources$"
expect "^  $waits" 1
expect "^rank 1 on [^ ]+: .*1 thread in 'wait_for_file' for " 1
expect "^    it wants 1 of resource 'licence': 0 of 1 are free$" 2
expect "'total-[0-9a-f]+' \(layer total\) waits for [0-9] inputs$"
expect "its input 'wait_for_file-[0-9a-f]+' of rank [12]: (runs there, for |waits there for resources)" total
expect "^rank [0-2]: $waits" wait_for_file
expect "^'load' is not among the tasks that wait: .*: .*'total-" load

code=0
"$bask_top" --explain watch 3 >out.txt 2>&1 || code=$?
[[ $code -eq 2 ]] || fail "exit code $code instead of 2"
grep -q "there is no rank 3; name a rank from 0 to 2$" out.txt || fail "it does not say which ranks there are"

touch go
trap - EXIT
wait $job || fail "the job failed"
grep -q '^sum 15$' job.txt || fail "another sum"
"$bask_top" --explain watch 0 >out.txt
grep -q "no task of it is known to wait: the job has ended$" out.txt || fail "the end is not told"
