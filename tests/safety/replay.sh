#!/bin/sh
# replay.sh <case> <replay_program> <another program> [<mpiexec>]: has a task fail with --bask-failed-tasks, and replays it from
# the file. Cases: own, moved and array fail again with the same message; retries and caught leave so many files and no more;
# weather succeeds when it is replayed; rank is of three ranks; refused: files and directories that cannot be used; disk: a full
# one.
set -u
case=$1 program=$2 other=$3 mpiexec=${4-}
. "${0%/*}/../try_program.sh"
shown() { ls -l "$work"/kept; }
files() { find kept -type f | wc -l; }
# Leaves one failed task, of which the run tells how it is replayed.
leave_one() {
  ends 1 run.log "$@" --bask-failed-tasks=kept
  [ "$(files)" -eq 1 ] || fail "$(files) files instead of one"
  file=$(echo kept/*.bask-task)
  says run.log "run just this task again with: $program --bask-replay=$file$"
}
fails_again() {
  ends 1 replay.log "$program" --bask-replay="$file"
  says run.log "$1"
  says replay.log "^replay of task .* failed: .*$1"
  says replay.log "^bask: error: task .* threw .*$1"
}

case $case in
  own)
    leave_one "$program" own
    fails_again "std::domain_error: harbour at 10.500000: the sum is 8.000000 m/s"
    says replay.log "inputs were 'Station' and '\[1, 2, 3\]'\|inputs were 'Station.*', '\[1, 2, 3\]'" ;;
  moved)
    leave_one "$program" moved
    fails_again "std::length_error: there were 1000 numbers" ;;
  array)
    leave_one "$program" array --bask-threads=1
    fails_again "std::range_error: an element is 16.500000" ;;
  retries)
    leave_one "$program" retries
    [ "$(grep -c '^try$' run.log)" -eq 3 ] || fail "it was not tried three times"
    fails_again "std::runtime_error: never 7"
    [ "$(grep -c '^try$' replay.log)" -eq 1 ] || fail "the replay has tried it more than once" ;;
  caught)
    ends 0 run.log "$program" caught --bask-failed-tasks=kept
    [ "$(files)" -ge 1 ] && [ "$(files)" -le 3 ] || fail "$(files) files" ;;
  weather)
    touch rain
    leave_one "$program" weather
    fails_again "std::runtime_error: it rains"
    rm rain
    ends 0 replay.log "$program" --bask-replay="$file"
    says replay.log "^this time it succeeded: its result is of type std::vector<int.*, 8 B: \[3, 4\]$" ;;
  rank)
    ends 1 run.log "$mpiexec" -n 3 "$program" rank 2 --bask-threads=1 --bask-failed-tasks=kept
    says run.log "rank 2, node .* threw std::runtime_error: not on rank 2; .*with: $program --bask-replay=kept/except_on.*-rank2.bask-task"
    file=$(echo kept/*-rank2.bask-task)
    [ -f "$file" ] || fail "rank 2 has left no file"
    ends 0 replay.log "$program" --bask-replay="$file"
    says replay.log "which on rank 2 .* failed: std::runtime_error: not on rank 2"
    ends 2 ranks.log "$mpiexec" -n 3 "$program" --bask-replay="$file"
    says ranks.log "bask: error: --bask-replay: a task is run alone, and this is a job of several ranks"
    [ "$(grep -c "bask: error" ranks.log)" -eq 1 ] || fail "more than one rank speaks"
    ends 0 one.log "$mpiexec" -n 1 "$program" --bask-replay="$file" ;;
  refused)
    leave_one "$program" own
    size=$(stat -c %s "$file")
    ends 2 other.log "$other" --bask-replay="$file"
    says other.log "is of a task that calls 'corrected', which this program has not; replay it by '$(basename "$program")'"
    head -c $((size - 5)) "$file" > short.bask-task
    ends 2 short.log "$program" --bask-replay=short.bask-task
    says short.log "'short.bask-task' is truncated: it has $((size - 5)) of $size bytes"
    head -c 20 "$file" > shorter.bask-task
    ends 2 shorter.log "$program" --bask-replay=shorter.bask-task
    says shorter.log "is truncated: it has 20 of 64 bytes"
    for at in 30 70 $((size - 3)); do   # in the header, the description, the last input
      cp "$file" corrupt.bask-task
      printf 'X' | dd of=corrupt.bask-task bs=1 seek=$at conv=notrunc 2>/dev/null
      ends 2 corrupt.log "$program" --bask-replay=corrupt.bask-task
      says corrupt.log "'corrupt.bask-task' is corrupt: "
    done
    ends 2 kind.log "$program" --bask-replay="$program"
    says kind.log "is no file of a failed task; give a .bask-task file"
    ends 2 none.log "$program" --bask-replay=missing
    says none.log "'missing' cannot be read: No such file or directory"
    ends 2 directory.log "$program" own --bask-failed-tasks="$file"
    says directory.log "bask: error: directory of failed tasks $file: no file can be made in it: " ;;
  disk)   # the file has 8000 bytes and more
    ends 1 run.log sh -c 'ulimit -f 8 && exec "$0" "$@"' "$program" moved --bask-failed-tasks=kept
    says run.log "^bask: warning: the failed task 'emptied-[0-9a-f]*' is not kept for a replay: .*it cannot be written: File too large"
    says run.log "^bask: error: task 'emptied-.* threw std::length_error: there were 1000 numbers; its input was 'winds-[0-9a-f]*'$"
    [ "$(find kept -type f | wc -l)" -eq 0 ] || fail "something is left" ;;
  *) fail "no such case" ;;
esac
