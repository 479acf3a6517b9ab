#!/usr/bin/env bash
# check.sh CASE FARM MPIEXEC PYTHON: farm as a whole, one case at a time, each in a folder of its own.
set -euo pipefail
case=$1 farm=$2 mpiexec=$3 python=$4
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 MPIEXEC_TIMEOUT=100
export BASK_PROGRESS=off BASK_THREADS=2
rm -rf "work-$case" && mkdir "work-$case" && cd "work-$case"

fail() {
  printf 'check.sh %s: %s\n' "$case" "$*" >&2
  exit 1
}

# expect CODE REGEX COMMAND…: the command must end with the code, and its output match the regex (ERE).
expect() {
  local wanted=$1 regex=$2 code=0
  shift 2
  "$@" >out.txt 2>&1 || code=$?
  [[ $code -eq $wanted ]] || { cat out.txt && fail "exit code $code instead of $wanted: $*"; }
  grep -Eq -e "$regex" out.txt || { cat out.txt && fail "nothing matches '$regex': $*"; }
}

# has REGEX: the output of the last expect must match this, too.
has() { grep -Eq -e "$1" out.txt || { cat out.txt && fail "nothing matches '$1'"; }; }
has_not() { ! grep -Eq -e "$1" out.txt || { cat out.txt && fail "something matches '$1'"; }; }

# output_of N: prints all output of command N, byte for byte.
output_of() { "$farm" show "$1" | sed '1,/^output /d'; }

is_gone() {  # is_gone REGEX: within ten seconds no process must have such a command line
  local i
  for i in $(seq 100); do
    grep -lEaz -e "$1" /proc/[0-9]*/cmdline >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  fail "still there: $1"
}

wait_for() {  # wait_for FILE
  local i
  for i in $(seq 200); do
    [[ -e $1 ]] && return
    sleep 0.05
  done
  fail "$1 does not appear"
}

check_list() {
  cat >list.txt <<'LIST'
# numbers
echo one

echo 'two  words' "$FARM_NUMBER"
printf 'no line end'
echo out; echo err >&2
echo a b | tr ab xy > piped.txt
LIST
  expect 0 '5 of 5 commands succeeded' "$farm" run list.txt
  [[ $(output_of 1) == one && $(output_of 2) == "two  words 2" && $(output_of 3) == "no line end" ]] || fail outputs
  [[ $(output_of 4) == $'out\nerr' && $(cat piped.txt) == "x y" ]] || fail "outputs of shells"
  expect 0 '5 of 5 commands have ended already; 0 are to be run' "$farm" run list.txt
  expect 2 'another list of 5 commands, which differs from command 1 on; .*--log DIR.*farm retry.*--force' \
    "$farm" run --for x in 1..2 -- echo '{x}'
  expect 0 '2 of 2 commands succeeded' "$farm" run --force --for x in 1..2 -- echo '{x}'
  [[ $(output_of 2) == 2 ]] || fail "output after --force"
  expect 0 'echo one' "$farm" run --dry-run --log other list.txt
  [[ ! -e other ]] || fail "a dry run leaves something behind"
  expect 0 '3 of 3 commands succeeded' "$farm" run --log other - <<<$'true\ntrue\ntrue'
}

check_product() {
  expect 0 '^#farm: name=c-3$' "$farm" run --dry-run --for x in 1..3 --for y in b,c --name '{y}-{x}' -- true '{x}'
  expect 2 "there is a command '3' already|'1' cannot be a name" "$farm" run --for x in 1..3 --name '{x}' -- true
  expect 0 '6 of 6 commands succeeded' "$farm" run --for x in 1..3 --for y in 'a b,c' -- printf '<%s>' '{x}' '{y}' '>'
  [[ $(output_of 1) == '<1><a b><>>' && $(output_of 6) == '<3><c><>>' ]] || fail "words of a template"
  printf 'name,alpha\n"x, y",0.5\nz,1\n' >params.csv
  expect 0 '4 of 4 commands succeeded' "$farm" run --force --csv params.csv --for k in 1..2 -- \
    'echo {name} {alpha} | sed "s/^/{k}:/"'
  [[ $(output_of 1) == '1:x, y 0.5' && $(output_of 4) == '2:z 1' ]] || fail "rows of a CSV file"
  printf 'a,b\n1\n' >bad.csv
  expect 2 'bad.csv:2: the row has 1 values, and the header 2' "$farm" run --force --csv bad.csv -- echo '{a}'
  expect 2 'no parameter is called \{nmae\}; did you mean \{name\}' "$farm" run --force --csv params.csv -- echo '{nmae}'
}

check_dependencies() {
  cat >list.txt <<'LIST'
#farm: after=late,2
cat first second > all
echo 2 > second
#farm: name=late
sh -c 'sleep 0.2; echo 1 > first'
#farm: name=bad
false
#farm: name=then after=bad
touch never
#farm: after=then
touch never
#farm: after=all-fine
true
#farm: name=all-fine
true
LIST
  expect 1 '5 of 8 commands succeeded, 1 failed, 2 skipped' "$farm" run list.txt
  [[ $(cat all) == $'1\n2' && ! -e never ]] || fail "order"
  expect 0 "was skipped" "$farm" show then
  has "4 'bad' failed with exit code 1"
  printf '#farm: name=a after=b\ntrue\n#farm: name=b after=a\ntrue\n' >circle.txt
  expect 2 'circle.txt:[24]: commands wait for each other: .* comes after ' "$farm" run --log other circle.txt
  printf 'true\n#farm: after=nobody\ntrue\n' >unknown.txt
  expect 2 'unknown.txt:3: after=nobody: no command has that name' "$farm" run --log other unknown.txt
}

check_retry() {
  cat >list.txt <<'LIST'
echo "attempt $FARM_ATTEMPT try $FARM_TRY" >> fine.log
#farm: name=flaky retries=2
echo $FARM_TRY; test $FARM_TRY = 3
#farm: name=needs-file
test -e file
#farm: name=reader after=needs-file
cat file
LIST
  expect 1 '2 of 4 commands succeeded, 1 failed, 1 skipped' "$farm" run list.txt
  expect 0 "^3  failed +1  needs-file" "$farm" failed
  has '^4  skipped'
  has_not '^[12] '
  expect 0 'tries 3' "$farm" show flaky
  has 'it failed with exit code 1; try 3 of 3'
  expect 1 '2 of 4 commands succeeded, 1 failed, 1 skipped' "$farm" run list.txt   # all have ended: none runs again
  echo content >file
  expect 0 '4 of 4 commands succeeded' "$farm" retry
  [[ $(cat fine.log) == "attempt 1 try 1" ]] || fail "what had succeeded was run again"
  expect 0 'attempt 2' "$farm" show reader
  [[ $(output_of 4) == content ]] || fail "output of the second attempt"
  [[ $(wc -l <farm-log/results.csv) -eq 5 ]] || fail "results.csv"
  expect 0 '4 of 4 commands succeeded' "$farm" retry 1
  [[ $(cat fine.log) == $'attempt 1 try 1\nattempt 2 try 1' ]] || fail "the attempt that was asked for"
  expect 0 '4 of 4 commands succeeded' "$farm" retry --all
  [[ $(cat fine.log) == *'attempt 3 try 1' ]] || fail "the attempt of all"
  # An interrupted retry goes on; no other one begins.
  printf '1\t4\n' >>farm-log/attempts.tsv
  expect 0 'a retry that was interrupted goes on' "$farm" retry 2
  has '3 of 4 commands have ended already; 1 are to be run'
  [[ $(cat fine.log) == *'attempt 4 try 1' ]] || fail "the attempt that was interrupted"
  expect 2 'there is no command 9; the commands have the numbers 1 to 4' "$farm" retry 9
  expect 2 "there is no command 'flakey'; did you mean 'flaky'" "$farm" show flakey
}

check_limits() {
  cat >list.txt <<'LIST'
#farm: time=300ms
sleep 60.25
#farm: time=300ms
trap '' TERM; sleep 60.25; sleep 60.25
#farm: memory=64MiB
head -c 300000000 /dev/zero | tail
#farm: memory=1GiB time=60s
echo fine
sleep 60.25 & echo left behind
#farm: cores=2
echo $OMP_NUM_THREADS $FARM_CORES
LIST
  expect 1 '3 of 6 commands succeeded, 3 failed' env -u OMP_NUM_THREADS "$farm" run list.txt
  is_gone 'sleep.60\.25'
  expect 0 '^1  out-of-time +143' "$farm" list
  has '^2  out-of-time +137'
  has '^3  out-of-memory +137'
  [[ $(output_of 5) == "left behind" && $(output_of 6) == "2 2" ]] || fail outputs
  printf '#farm: cores=3\ntrue\n' >wide.txt
  expect 2 'wide.txt:2: command 1 wants 3 cores, and rank 0 .* has 2' "$farm" run --log other wide.txt
  # A command that has both cores never runs beside another.
  cat >gate.txt <<'LIST'
#farm: cores=2
mkdir busy && sleep 0.1 && rmdir busy
test ! -e busy && sleep 0.05 && test ! -e busy
#farm: cores=2
mkdir busy && sleep 0.1 && rmdir busy
test ! -e busy && sleep 0.05 && test ! -e busy
LIST
  expect 0 '4 of 4 commands succeeded' "$farm" run --log gate gate.txt
  # The peak memory of a command is its own, without the memory of farm or MPI.
  expect 0 '2 of 2' "$farm" run --log memory - <<<$'true\nhead -c 200000000 /dev/zero | tail | wc'
  awk -F, 'NR == 2 && $13 > 8e6 { exit 1 } NR == 3 && ($13 < 2e8 || $13 > 4e8) { exit 1 }' memory/results.csv ||
    fail "peak memory: $(cat memory/results.csv)"
}

check_hostile() {
  printf '#!/bin/sh\nexit 5\n' >no-permission.sh
  printf 'echo I have no first line "$1"\n' >script && chmod +x script
  head -c 1000000 /dev/urandom | base64 -w 0 | tr -d '\n' >large.txt
  cat >list.txt <<'LIST'
no-such-program-at-all
./no-permission.sh
kill -SEGV $$
sh -c 'kill -9 $$'
cat large.txt large.txt
exec >&- 2>&-; sleep 0.3; exit 9
./script 'a  b'
/
printf '\0\377\n'
true
LIST
  expect 1 '4 of 10 commands succeeded, 6 failed' "$farm" run list.txt
  expect 0 '^ 1  failed +127' "$farm" list
  has '^ 2  failed +126'
  has '^ 3  killed +139'
  has '^ 4  killed +137'
  has '^ 6  failed +9'
  has '^ 8  failed +126'
  expect 0 'was killed by SIGSEGV' "$farm" show 3
  output_of 1 | grep -q 'no-such-program-at-all: not found' || fail "127"
  output_of 5 >shown.txt
  cat large.txt large.txt | cmp - shown.txt || fail "a large output"
  [[ $(output_of 7) == "I have no first line a  b" ]] || fail "a script without #!"
  [[ $(output_of 9 | od -An -tx1 | tr -d ' ') == 00ff0a ]] || fail "bytes that are no text"
  printf "true\necho 'abc\n" >quote.txt
  expect 2 "quote.txt:2: the quote ' is not closed" "$farm" run --log other quote.txt
  printf 'true\ntr\0ue\n' >nul.txt
  expect 2 'nul.txt:2: the command has a NUL byte' "$farm" run --log other nul.txt
  expect 2 'nothing.txt: cannot be read: No such file' "$farm" run --log other nothing.txt
  expect 2 "there is no farm's log here" "$farm" show --log other 1
  expect 2 "see farm --help" "$farm" run --colour list.txt
  expect 2 "--bask-threds" "$farm" run list.txt --bask-threds=2
  mkdir notes && touch notes/thesis.tex
  expect 2 'the directory has other files in it' "$farm" run --log notes list.txt
}

check_stop() {
  cat >list.txt <<'LIST'
echo done >> first
touch begun; trap 'touch told; exit 1' TERM; sleep 61.25 & wait; exit 1
test -e again || sleep 61.25
LIST
  "$farm" run list.txt >stop.txt 2>&1 &
  local pid=$!
  wait_for begun
  expect 0 '1 of 3 commands have ended|0 of 3' "$farm" status
  expect 2 'another farm writes to it now|is in use by a program' "$farm" run list.txt
  kill -TERM $pid
  local code=0
  wait $pid || code=$?
  [[ $code -eq 75 ]] || { cat stop.txt && fail "exit code $code after SIGTERM"; }
  [[ -e told ]] || fail "the command was not told"
  is_gone 'sleep.61\.25'
  expect 0 'interrupted' "$farm" list
  # After kill -9 no command goes on either.
  rm -f begun told
  "$farm" run list.txt >stop.txt 2>&1 &
  pid=$!
  wait_for begun
  kill -9 $pid
  wait $pid || true
  wait_for told
  is_gone 'sleep.61\.25'
  # The next start goes on.
  touch again
  sed -i 's/x/x/' list.txt
  (wait_for told && sleep 0.3) || true
  rm -f begun
  "$farm" run list.txt >stop.txt 2>&1 &
  pid=$!
  wait_for begun
  sleep 0.5
  kill -TERM $pid
  code=0
  wait $pid || code=$?
  [[ $code -eq 75 && $(cat first) == "done" ]] || { cat stop.txt && fail "exit code $code after the third start"; }
  expect 0 '^1  succeeded' "$farm" list
  has '^2  interrupted'
  has '^3  succeeded'
}

# A batch system signals commands and ranks in any order: a command that dies of the signal within a second of its rank's
# signal was interrupted.
check_signals() {
  cat >list.txt <<'LIST'
test -e again || { touch begun; kill -USR1 $$; }
test -e again || { sleep 61.5; exit 1; }
LIST
  "$farm" run list.txt >stop.txt 2>&1 &
  local pid=$! code=0
  wait_for begun
  sleep 0.3
  kill -USR1 $pid
  wait $pid || code=$?
  [[ $code -eq 75 ]] || { cat stop.txt && fail "exit code $code after SIGUSR1"; }
  expect 0 '0 of 2 commands have ended' "$farm" status
  touch again
  expect 0 '2 of 2 commands succeeded' "$farm" run list.txt
  # A command that dies of a signal while its rank gets none was killed; after a crash this is clear at once.
  printf '%s\n' 'kill -USR1 $$' 'kill -SEGV $$' >killed.txt
  expect 1 'command 1 was killed by SIGUSR1' "$farm" run --log killed killed.txt
  has 'command 2 was killed by SIGSEGV'
}

check_ranks() {
  seq 1 300 | sed 's/.*/echo "&:$FARM_NUMBER:$(env | grep -cE "^(OMPI_COMM|PMIX_|PMI_|ORTE_|PRTE_|BASK_)")"/' >list.txt
  expect 0 '300 of 300 commands succeeded' "$mpiexec" -n 3 "$farm" run list.txt
  local n
  for n in 1 2 77 300; do
    [[ $(output_of $n) == "$n:$n:0" ]] || fail "command $n: $(output_of $n)"
  done
  [[ $(find farm-log -type f | wc -l) -le 12 ]] || fail "too many files: $(ls farm-log)"
  [[ $(cut -d, -f12 farm-log/results.csv | sed 1d | sort -u | wc -l) -ge 2 ]] || fail "one rank ran them all"
  # Descriptors, signals and the standard input.
  cat >inside.txt <<'LIST'
ls -l /proc/self/fd
grep -E '^Sig(Blk|Ign)' /proc/self/status
cat
test "$(cut -d' ' -f5 /proc/$$/stat)" = $$
LIST
  expect 0 '4 of 4' "$mpiexec" -n 2 "$farm" run --log inside inside.txt </dev/zero
  "$farm" show --log inside 1 | sed '1,/^output/d' >fds.txt
  [[ $(grep -c -- '->' fds.txt) -eq 4 && $(grep -c /dev/null fds.txt) -eq 1 ]] || fail "descriptors: $(cat fds.txt)"
  # Of the ignored signals, 32 and 33 are the C library's own.
  "$farm" show --log inside 2 >signals.txt
  grep -Eq '^SigBlk:.0000000000000000$' signals.txt && grep -Eq '^SigIgn:.0000000[01]80000000$|0000000000000000$' signals.txt ||
    fail "signals: $(cat signals.txt)"
  # A command that is itself an MPI job.
  echo 'echo $FARM_NUMBER' >small.txt
  echo "$mpiexec -n 2 $farm run small.txt --log inner" >nested.txt
  expect 0 '1 of 1' "$mpiexec" -n 2 "$farm" run --log outer --keep-env OMPI_MCA_rmaps_base_oversubscribe nested.txt
  [[ $("$farm" show --log inner 1 | tail -1) == 1 ]] || fail "mpirun in a command"
  # Commands get the user's own variables, and those of the launcher that --keep-env names.
  MINE=yes expect 0 '1 of 1' "$mpiexec" -n 2 -x MINE "$farm" run --log kept --keep-env OMPI_COMM_WORLD_SIZE - \
    <<<'echo $MINE $OMPI_COMM_WORLD_SIZE'
  [[ $("$farm" show --log kept 1 | tail -1) == "yes 2" ]] || fail "--keep-env"
}

# ranks_of PID: prints the processes of farm that launcher PID has started, without processes that these start.
ranks_of() {
  local pid
  for pid in $(pgrep -P "$1"); do
    [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == "$farm run"* ]] && printf '%s\n' "$pid"
  done
}

check_restart() {
  seq 1 90 | sed 's/.*/echo & >> ran; sleep 0.05/' >list.txt
  local ranks wanted pid code
  touch ran
  for ranks in 3 2; do  # kills one rank of three, then one of two
    wanted=$(($(wc -l <ran) + 20))
    "$mpiexec" -n $ranks "$farm" run list.txt >killed.txt 2>&1 &
    pid=$!
    until [[ $(wc -l <ran) -ge $wanted ]]; do
      kill -0 $pid || { cat killed.txt && fail "it has ended"; }
      sleep 0.02
    done
    kill -9 "$(ranks_of $pid | tail -n 1)"
    code=0
    wait $pid || code=$?
    [[ $code -ne 0 ]] || { cat killed.txt && fail "nothing was killed"; }
    is_gone 'echo [0-9]+ >> ran'
  done
  expect 0 '90 of 90 commands succeeded' "$farm" run list.txt
  has 'commands have ended already'
  [[ $(sort -un ran | wc -l) -eq 90 ]] || fail "some were never run"
  # Only commands that ran at the moment of a kill run again: at most two for each rank.
  [[ $(wc -l <ran) -le 100 ]] || fail "$(($(wc -l <ran) - 90)) were run again"
}

check_tables() {
  printf '#farm: name=é\necho a,b\nfalse\nkill -9 $$\n' >list.txt
  expect 1 '1 of 3' "$farm" run list.txt
  "$python" - <<'PYTHON'
import csv, h5py
with h5py.File("farm-log/results.h5", "r") as file:
    table = {name: file[name].asstr()[:] if h5py.check_string_dtype(file[name].dtype) else file[name][:] for name in file}
    units = file["seconds"].attrs["units"]
rows = list(csv.DictReader(open("farm-log/results.csv", newline="", encoding="utf-8")))
assert {len(column) for column in table.values()} == {3} == {len(rows)}, table
assert set(table) == set(rows[0]), (set(table), rows[0])
assert list(table["exit_code"]) == [0, 1, 137] and list(table["signal"]) == [0, 0, 9], table
assert list(table["state"]) == ["succeeded", "failed", "killed"] and table["name"][0] == "é"
assert list(table["command"]) == [row["command"] for row in rows] == ["echo a,b", "false", "kill -9 $$"]
assert all(table["end"] >= table["start"]) and abs(table["end"] - table["start"] - table["seconds"]).max() < 1e-3
assert units == "s" and all(table["peak_memory_bytes"] > 0) and all(table["start"] > 1.7e9)
PYTHON
}

"check_$case"
echo "farm: $case is as it should be"
