#!/usr/bin/env bash
# launch_failure_test.sh <cluster>: srun ends with 0 although it could not start a rank, as it does on a node that has just
# come back; the program is started again.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
mkdir bin
cat >bin/srun <<'SRUN'
#!/usr/bin/env bash
if [[ "$*" == *"/bin/echo done"* ]] && mkdir "$FAILED_ONCE" 2>/dev/null; then
  echo 'srun: error: task 0 launch failed: Unspecified error' >&2
  exit 0
fi
PATH=${PATH#*:}
exec srun "$@"
SRUN
chmod +x bin/srun
export FAILED_ONCE=$work/failed-once
job=$(PATH=$work/bin:$PATH submit launch --nodes 1 --launcher srun -- /bin/echo done)
expect_end launch "$job" COMPLETED 0:0
expect_text launch 'the program ended with 69 .*; starting again on n[0-9] in 1 s .restart 1 of 10' launch.out
expect_text launch '^done$' launch.out
report
