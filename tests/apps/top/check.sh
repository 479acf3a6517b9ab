#!/usr/bin/env bash
# check.sh BASK_TOP: bask-top as a whole: its messages and exit codes.
set -euo pipefail
bask_top=$1
rm -rf work && mkdir -p work/{empty,cut,newer,other} && cd work

fail() {
  printf 'check.sh: %s\n' "$*" >&2
  exit 1
}

# expect CODE REGEX COMMAND…: the command must end with the code, and its output match the regex (ERE).
expect() {
  local wanted=$1 regex=$2 code=0
  shift 2
  "$@" >out.txt 2>&1 </dev/null || code=$?
  [[ $code -eq $wanted ]] || { cat out.txt && fail "exit code $code instead of $wanted: $*"; }
  grep -Eq -e "$regex" out.txt || { cat out.txt && fail "nothing matches '$regex': $*"; }
}

expect 0 '^Usage: bask-top' "$bask_top" --help
expect 0 '^bask-top [0-9]+[.][0-9]+' "$bask_top" --version
expect 2 'DIR is required; see bask-top --help' "$bask_top"
expect 2 'bask-top: .*--intervall; see bask-top --help' "$bask_top" --intervall 3 empty
expect 2 '--interval: .*; see bask-top --help' "$bask_top" --interval 0 empty

expect 2 '--to is without --join' "$bask_top" --to a.json empty
expect 2 "^bask-top --join: there is no part of a trace beside 'none.json'" "$bask_top" --join none.json
expect 2 "one argument too many; name one directory, or ask for a rank or a task with --explain" "$bask_top" empty 3

# What is no state.
absent="^bask-top: there is no state of a job in '(empty|none)' yet; is it what the job was given as --bask-watch\?$"
expect 1 "$absent" "$bask_top" --once empty
expect 1 "$absent" "$bask_top" none
printf '{"format": 1, "job": {"pro' >cut/state.json
expect 1 "^bask-top: 'cut/state.json': it ends in the middle: it was cut; " "$bask_top" --once cut
printf '{"format": 7}' >newer/state.json
expect 1 "^bask-top: 'newer/state.json': its format is 7, and this bask-top .* knows format 1; " "$bask_top" --once newer
printf '{"format": 1}' >other/state.json
expect 1 "other/state.json': timeline is missing; |other/state.json': interval is missing; " "$bask_top" --once other
! grep -q $'\x1b' out.txt || fail "an escape sequence"

# On a terminal, which `script` makes: it waits for a state, q ends it, and the screen from before comes back.
if command -v script >/dev/null; then
  expect 2 "the terminal 'no-such-terminal' \(TERM\) is not known here|built without ncurses" \
    env TERM=no-such-terminal script -qefc "'$bask_top' empty" /dev/null
  if ! grep -q "built without ncurses" out.txt; then
    printf q | TERM=xterm timeout 60 script -qefc "'$bask_top' empty" /dev/null >out.txt 2>&1 || fail "q does not end it"
    grep -q "there is no state of a job in" out.txt || fail "it does not say what it waits for"
    grep -qF $'\x1b[?1049l' out.txt || fail "the screen from before does not come back"
  fi
fi
