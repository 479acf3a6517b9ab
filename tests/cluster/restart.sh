#!/bin/sh
# restart.sh <case> <restart_program> <mpiexec>: stops or kills a run on three ranks once some of its tasks have ended, and
# starts it again from the results that it has kept, on one process and on four ranks. The result must be that of an
# uninterrupted run, and no task whose result was kept may run again. Cases: usr1, usr1_one_rank, term, ctrl_c, kill_rank,
# kill_launcher; kill_spilling: a rank that has results on the disk, of which nothing may be left there; stuck: one process in
# a task that does not end; timeout: tasks that pass their timeout, in one process and on ranks; twice: two computations of one
# start, the second of which reads results that ranks have kept in the first.
set -u
case=$1 program=$2 mpiexec=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/bask-restart-XXXXXX")
trap 'rm -rf "$work"' EXIT
tasks=40
ms=20
[ "$case" = ctrl_c ] && ms=100   # mpirun takes a while to pass the signal on
block=100   # numbers of 8 bytes
limits=
if [ "$case" = kill_spilling ]; then   # a sum reads eight blocks, of 128 KiB each
  mkdir "$work/scratch"
  ms=60 block=16384   # vectors that grow have this capacity, too
  limits="--bask-memory-limit=1300KiB --bask-scratch=$work/scratch"
fi
sums=6   # tasks of the program that write no lines when they run

fail() {
  echo "restart.sh: $case: $*"
  for log in "$work"/*.log; do echo "--- $log"; cat "$log"; done
  exit 1
}
count() { cat "$2" 2>/dev/null | grep -c "^$1" || true; }
expect() { [ "$2" -eq "$3" ] || fail "$1 is $2, not $3"; }

# wait_until <command…>: waits until the command succeeds, 30 s at most.
wait_until() {
  for _ in $(seq 1500); do
    "$@" && return
    sleep 0.02
  done
  fail "nothing has come of it: $*"
}
has_ended() { [ "$(count end "$work/ran")" -ge "$1" ]; }
has_begun() { [ "$(count begin "$work/ran")" -ge 1 ]; }
is_over() { has_ended "$1" || is_gone $launcher; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
# The ranks whose file in the scratch directory, which has no name, has bytes.
spilling_ranks() {
  for rank in $(pids_of_ranks $launcher); do
    for file in /proc/"$rank"/fd/*; do
      case $(readlink "$file") in "$work/scratch"/*) [ "$(stat -L -c %b "$file")" -gt 0 ] && echo "$rank" ;; esac
    done
  done 2>/dev/null
}
is_spilling() { [ -n "$(spilling_ranks)" ] || is_gone $launcher; }
pids_of_ranks() { ps -o pid= --ppid "$1"; }

expected=$("$program" --tasks $tasks --block $block --bask-log-level=error) || fail "without a journal: exit code $?"

if [ "$case" = stuck ]; then
  "$program" --tasks 4 --ms 20000 --ran "$work/ran" --bask-threads=2 --bask-checkpoint="$work/journal" \
    --bask-stop-timeout=100ms > "$work/first.log" 2>&1 &
  running=$!
  wait_until has_begun
  kill -USR1 $running
  wait $running; expect "the exit code" $? 75
  grep -q "SIGUSR1 stopped the computation after 0 of" "$work/first.log" || fail "it does not say why it ended"
  ls "$work/journal" | grep -q "^running-" && fail "a task that was given up is a suspect"
  exit 0
fi

if [ "$case" = timeout ]; then
  for start in "" "$mpiexec -n 3"; do
    $start "$program" --tasks 4 --ms 20000 --bask-threads=1 --bask-checkpoint="$work/journal" --bask-task-timeout=1s \
      > "$work/first.log" 2>&1
    expect "the exit code" $? 1
    grep -q "has run for 1[.].* s, longer than its timeout of 1.00 s" "$work/first.log" || fail "it does not say why it ended"
    [ -d "$work/journal" ] || fail "the journal is gone"
    ls "$work/journal" | grep -q "^running-" && fail "a task that was given up is a suspect"
  done
  exit 0
fi

if [ "$case" = twice ]; then
  result=$("$mpiexec" -n 3 "$program" --twice --tasks $tasks --ms $ms --block 100 --ran "$work/ran" --bask-threads=1 \
    --bask-checkpoint="$work/journal" 2> "$work/first.log") || fail "exit code $?"
  [ "$result" = "$expected" ] || fail "'$result' is not '$expected'"
  expect "the number of leaves that ran" "$(count "end leaf" "$work/ran")" $tasks
  expect "the number of mixtures that ran" "$(count "end mix" "$work/ran")" $tasks
  exit 0
fi

# stdout of ranks goes through the launcher, which may be gone: only the result of later runs is compared.
"$mpiexec" -n 3 "$program" --tasks $tasks --ms $ms --block $block --ran "$work/ran" --bask-threads=1 $limits \
  --bask-checkpoint="$work/journal" > "$work/first.log" 2>&1 &
launcher=$!
wait_until is_over 20
[ "$case" = kill_spilling ] && wait_until is_spilling
ranks=$(pids_of_ranks $launcher)
case $case in
  usr1) kill -USR1 $launcher ;;
  usr1_one_rank) kill -USR1 "$(echo $ranks | cut -d' ' -f3)" ;;
  term) kill -TERM $ranks ;;
  ctrl_c) kill -INT $launcher ;;
  kill_rank) kill -KILL "$(echo $ranks | cut -d' ' -f2)" ;;
  kill_spilling) kill -KILL "$(spilling_ranks | head -1)" ;;
  kill_launcher) kill -KILL $launcher ;;
esac
wait $launcher
code=$?
for rank in $ranks; do wait_until is_gone "$rank"; done
case $case in
  kill_*) expect "the exit code of the launcher" $code 137 ;;
  ctrl_c) expect "the exit code of the launcher" $code 1   # whatever exit codes its ranks have
    grep -q "running tasks have 1.20 s to end, as mpirun kills them after 2.00 s" "$work/first.log" ||
      fail "it does not say how long tasks have" ;;
  *) expect "the exit code of the launcher" $code 75 ;;
esac
[ "$(count end "$work/ran")" -lt $((2 * tasks)) ] || fail "the ranks went on to the end"
grep -q "^result" "$work/first.log" && fail "the first run came to its end"

[ -z "$limits" ] || [ -z "$(ls -A "$work/scratch")" ] || fail "the dead ranks have left files in the scratch directory"

mv "$work/ran" "$work/first.ran"

# again <name> <command…>: starts the program again from a copy of the first run's journal.
again() {
  name=$1
  shift
  cp -r "$work/journal" "$work/$name"
  : > "$work/ran"   # its name is an argument of the tasks, and so part of their keys
  result=$("$@" --tasks $tasks --block $block --ms $ms $limits --ran "$work/ran" --bask-checkpoint="$work/$name" \
    2> "$work/$name.log") || fail "$name: exit code $?"
  [ "$result" = "$expected" ] || fail "$name: '$result' is not '$expected'"
  [ -e "$work/$name" ] && fail "$name: the journal of a run that is done is still there"
  line=$(grep "need not run" "$work/$name.log") || fail "$name: nothing was recalled"
  needless=$(echo "$line" | sed 's/.*checkpoint: \([0-9]*\) of.*/\1/')
  all=$(echo "$line" | sed 's/.* of \([0-9]*\) tasks.*/\1/')
  ran=$(count begin "$work/ran")
  [ "$ran" -le $((all - needless)) ] || fail "$name: $ran tasks ran, where $needless of $all need not"
  [ "$ran" -ge $((all - needless - sums)) ] || fail "$name: $ran tasks ran, where $needless of $all need not"
  case $case in
    kill_rank | kill_spilling) ;;   # results that were not written yet are lost
    *) twice=$(cat "$work/first.ran" "$work/ran" | grep "^end" | cut -d' ' -f2,3 | sort | uniq -d)
       [ -z "$twice" ] || fail "$name: ran twice:" $twice ;;
  esac
}
again one "$program" --bask-threads=4
again four "$mpiexec" -n 4 "$program"
