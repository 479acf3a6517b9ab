#!/bin/sh
# plan.sh <case> <plan_program> [<mpiexec>]: what --bask-plan says beside what then happens. Cases: values and file leave
# nothing behind; arrays and spilled take the memory that was foretold; loop forgets what the program forgets; lengths are found
# by the library on the way; ranks (of three) move the bytes that were foretold; durations come from a run before; refused: files
# that are none, and too little memory.
set -u
case=$1 program=$2 mpiexec=${3-}
. "${0%/*}/../try_program.sh"
# The number behind a word at the beginning of a line.
number() { sed -n "s/^$2 //p" "$1"; }
equal() { [ "$(number run.log "$1")" = "$(number plan.log "$2")" ] || fail "$1 is not what was foretold as $2"; }
# Of each layer, the tasks, and the nanoseconds that one of them takes.
layers() {
  awk 'BEGIN { ns["ns"] = 1; ns["µs"] = 1e3; ns["ms"] = 1e6; ns["s"] = 1e9 } $5 in ns && $1 + 0 > 0 { print $1, $4 * ns[$5] }' "$1"
}
# Within a tenth.
close() {
  awk -v is="$(number run.log "$1")" -v foretold="$(number plan.log "$1")" \
    'BEGIN { exit !(foretold >= 0.9 * is && foretold <= 1.1 * is) }' || fail "$1 is not what was foretold"
}

case $case in
  values)
    ends 0 plan.log "$program" values --bask-plan --bask-checkpoint=journal --bask-watch=watch --bask-report=report.html
    says plan.log '^values 2 0 nan nan plain$'
    says plan.log '^Forecast of computation 1: 4 tasks'
    says plan.log '^ *1024 |'
    says plan.log '^Suggested: bask-submit --nodes 1 --cpus-per-task .*plan_program values --bask-checkpoint=journal'
    [ "$(ls | wc -l)" -eq 1 ] || fail "something was left behind: $(ls)" ;;
  file)
    ends 0 plan.log "$program" file --bask-plan
    says plan.log 'to-hdf5\|to_hdf5'
    [ "$(ls -A | wc -l)" -eq 1 ] || fail "something was left behind: $(ls -A)" ;;
  arrays)
    ends 0 plan.log "$program" arrays --bask-plan --bask-threads=2
    ends 0 run.log "$program" arrays --bask-threads=2
    says plan.log '^shape 2048 unknown$'
    says plan.log '^Forecast of computation 2'
    equal tasks tasks
    close peak ;;
  spilled)
    ends 0 plan.log "$program" arrays --bask-plan --bask-threads=2 --bask-memory-limit=24MiB
    ends 0 run.log "$program" arrays --bask-threads=2 --bask-memory-limit=24MiB
    close peak ;;
  loop)
    ends 0 plan.log "$program" loop --bask-plan --bask-threads=1
    says plan.log '^Forecast of the program: 5 computations'
    says plan.log 'a rank holds 64 MiB at most' ;;
  lengths)
    ends 0 plan.log "$program" lengths --bask-plan
    ends 0 run.log "$program" lengths
    says plan.log '^counts 4 edges 5$'
    says run.log '^counts 4 edges 5$' ;;
  ranks)
    ends 0 plan.log "$mpiexec" -n 3 "$program" arrays --bask-plan
    ends 0 run.log "$mpiexec" -n 3 "$program" arrays --bask-balance=off
    equal tasks tasks
    equal moved forecast
    close peak
    says plan.log 'on 3 ranks with' ;;
  durations)
    ends 0 run.log "$program" arrays --bask-watch=before --bask-tasks=before.h5 --bask-threads=2
    ends 0 plan.log "$program" arrays --bask-plan --bask-durations=before
    says plan.log "durations from the earlier run in 'before'"
    ! grep -q guessed plan.log || fail "a layer of the earlier run was guessed"
    ends 0 table.log "$program" arrays --bask-plan --bask-durations=before.h5
    says table.log "durations from the earlier run in 'before.h5'"
    layers plan.log >state.layers
    layers table.log >table.layers
    paste state.layers table.layers | awk '
      { ++lines; far = $2 - $4 > 0 ? $2 - $4 : $4 - $2; bad = bad || $1 != $3 || far > 0.03 * $2 + 10 }
      END { exit !(lines > 5 && !bad) }' || fail "the table tells other times than the state"
    ends 0 other.log "$program" values --bask-plan --bask-durations=before/state.json
    says other.log 'half  (guessed)' ;;
  refused)
    mkdir kept && printf BASKJRNL >kept/journal-1-0
    ends 2 f.log "$program" arrays --bask-plan --bask-durations=kept
    says f.log "^bask: error: --bask-durations: 'kept' is a journal of --bask-checkpoint, which has results but no durations; give"
    ends 2 a.log "$program" arrays --bask-plan --bask-durations=nowhere
    says a.log "^bask: error: --bask-durations: 'nowhere' cannot be read; give the directory of an earlier run's --bask-watch, or the file"
    ends 2 b.log "$program" arrays --bask-plan --bask-machine=nowhere
    says b.log "^bask: error: --bask-machine: 'nowhere' cannot be read; have --bask-profile-machine=FILE make one"
    ends 2 e.log "$program" arrays --bask-profile-machine=absent/node.json
    says e.log "^bask: error: --bask-profile-machine: .*absent"
    ends 1 c.log "$program" arrays --bask-plan --bask-memory-limit=1MiB
    says c.log '^bask: error: .*1 MiB'
    ends 2 d.log "$program" arrays --bask-plan=perhaps
    says d.log 'choose on or off' ;;
  *) fail "no such case" ;;
esac
