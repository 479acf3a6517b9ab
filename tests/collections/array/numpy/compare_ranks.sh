#!/bin/sh
# compare_ranks.sh <program> <theme> <folder> <mpirun…>: numpy_cases must write the same bytes in one process and under
# mpirun.
set -e
program=$1 theme=$2 folder=$3
shift 3
"$program" "$theme" "$folder/$theme.one" ranks
"$@" "$program" "$theme" "$folder/$theme.ranks" ranks
cmp "$folder/$theme.one" "$folder/$theme.ranks"
