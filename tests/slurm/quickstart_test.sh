#!/usr/bin/env bash
# quickstart_test.sh <cluster> <quickstart>: the same results on 1, 2 and 4 nodes by either launcher, as without Slurm.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
quickstart=$2

results() { sed -n 's/^\([a-z-]*: result = [0-9]*\) .*/\1/p' "$1"; }

"$quickstart" --sleep 0.01 >alone
for nodes in 1 2 4; do
  for launcher in srun mpirun; do
    what=$launcher.$nodes
    code=0
    "$bask_submit" --wait --job-name "$what" --nodes $nodes --launcher $launcher --time 2 \
      -- "$quickstart" --sleep 0.01 >"$what.out" 2>&1 || code=$?
    expect_equal "$what: exit code" 0 $code
    expect_text "$what" "^bask: .* on n.* by $launcher, ranks on each node: 1;" "$what.out"
    [[ $nodes -eq 1 ]] || expect_text "$what" "Client: .* of $nodes ranks" "$what.out"
    expect_equal "$what" "$(results alone)" "$(results "$what.out")"
  done
done
report
