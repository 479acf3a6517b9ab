#!/bin/sh
# same_bits.sh <program> <mpiexec> <number flag>: the program must print the same when it runs one task at a time, on
# threads, and on 2, 3 and 4 ranks.
program=$1 mpiexec=$2 number=$3

expected=$("$program" --bask-scheduler=sync) && [ -n "$expected" ] || exit 1

compare() {
  found=$("$@") || exit 1
  [ "$found" = "$expected" ] && return
  printf 'same_bits.sh: other bits by: %s\nexpected:\n%s\nfound:\n%s\n' "$*" "$expected" "$found"
  exit 1
}
for threads in 1 2; do
  compare "$program" --bask-threads=$threads
done
for ranks in 2 3 4; do
  compare "$mpiexec" "$number" $ranks "$program" --bask-threads=1
done
compare "$mpiexec" "$number" 3 "$program" --bask-threads=2 --bask-rank0=off
compare "$mpiexec" "$number" 2 "$program" --bask-scheduler=sync
