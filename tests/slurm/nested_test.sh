#!/usr/bin/env bash
# nested_test.sh <cluster>: a job that is submitted inside of another job is independent of it.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
program=$here/program.sh

# Submitted inside a job of an array, it crashes once: its script ends only its own steps and counts only its own restarts.
cat >outer.sh <<SCRIPT
#!/bin/bash
[[ \$SLURM_ARRAY_TASK_ID -eq 1 ]] || exec sleep 20
"$bask_submit" --parsable --job-name inner --output inner.out --time 5 -c 1 --mem 100MiB --nodes 2 -- "$program" inner kill 0 >inner.job
"$bask_submit" --print --job-name by_hand --output by_hand.out --time 5 -c 1 --mem 100MiB -- "$program" by_hand kill 0 |
  sbatch --parsable >by_hand.job
SCRIPT
chmod +x outer.sh
array=$(submit outer --array 1-2 --output %x.%a.out -- ./outer.sh)
wait_for 60 test -s by_hand.job
for name in inner by_hand; do
  expect_end "$name, inside an array" "$(<$name.job)" COMPLETED 0:0
  expect_text "$name" "^bask: .* job $(<$name.job) on " $name.out
  expect_text "$name" 'starting again .* .restart 1 of 10' $name.out
  expect_no_text "$name" 'SLURM_MEM_PER' $name.out
done
wait_for 60 grep -q 'the program ended with 0' outer.2.out
expect_no_text 'the outer job' 'starting again|is queued again' outer.2.out

# Submitted inside an allocation of one core and little memory, it has the whole node that it asks for.
cat >show.sh <<'SCRIPT'
#!/bin/bash
echo "cores $SLURM_CPUS_ON_NODE, bound to ${SLURM_CPU_BIND_TYPE:-none}, memory ${SLURM_MEM_PER_NODE:-${SLURM_MEM_PER_CPU:-none}}"
SCRIPT
chmod +x show.sh
"$bask_submit" --wait --output plain.out -- ./show.sh >/dev/null
for how in '' 'srun --overlap'; do
  salloc --quiet --ntasks 1 --cpus-per-task 1 --mem 50 $how "$bask_submit" --wait --output inside.out -- ./show.sh >/dev/null
  expect_equal "inside salloc $how" "$(grep ^cores plain.out)" "$(grep ^cores inside.out)"
  rm inside.out
done
report
