#!/bin/bash
# program.sh <folder> <act>…: a program of several ranks that does the nth act at its nth start. Acts:
#   <number>   all ranks end with that exit code        kill   rank 0 is killed, the others wait for ever
#   usr1       stops in order at USR1, with 75          deaf   goes on until a signal ends it
#   peer       rank 0 notices the end of the last rank, as Bask does, and ends with 3
folder=$1
rank=${PMIX_RANK:-0} ranks=${OMPI_COMM_WORLD_SIZE:-${SLURM_STEP_NUM_TASKS:-1}}
mkdir -p "$folder"
start=$(($(cat "$folder/starts.$rank" 2>/dev/null || echo 0) + 1))
act=${*:start+1:1}
[[ $act != usr1 ]] || trap 'exit 75' USR1   # before the others know that this rank is there
echo "$BASHPID" >"$folder/pid.$rank"
echo "$start" >"$folder/new.$rank" && mv "$folder/new.$rank" "$folder/starts.$rank"

for ((other = 0; other < ranks; ++other)); do   # a barrier
  until [[ $(cat "$folder/starts.$other" 2>/dev/null) == "$start" ]]; do sleep 0.05; done
done
if [[ $rank -eq 0 ]]; then
  echo "start $start on ${SLURM_STEP_NODELIST:-?}: $ranks ranks, $act"
  touch "$folder/running.$start"
fi

forever() { while true; do sleep 0.1; done; }
case $act in
  kill) [[ $rank -eq 0 ]] && kill -KILL $BASHPID || forever ;;
  usr1 | deaf) forever ;;
  peer)
    [[ $rank -ne 0 ]] || while kill -0 "$(<"$folder/pid.$((ranks - 1))")" 2>/dev/null; do sleep 0.1; done
    [[ $rank -ne 0 ]] || exit 3
    forever ;;
  *) exit "$act" ;;
esac
