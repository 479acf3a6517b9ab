# support.sh: functions for the tests of slurm/, which source it with the folder of their cluster as $1.
# The tests submit real jobs. On success nothing of these remains; on failure the outputs of the jobs are shown.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
slurm=$here/../../slurm
bask_submit=$slurm/bask-submit
failures=0

for tool in slurmctld slurmd munged; do
  PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null && continue
  echo "skipped: there is no $tool here; on Debian or Ubuntu: apt-get install --no-install-recommends slurm-wlm munge"
  exit 77
done

cluster=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/bask-slurm-test.XXXXXX")
cd "$work"
export XDG_CONFIG_HOME=$work/config   # not the defaults of the user who runs the tests

use_cluster() {
  eval "$("$slurm/devcluster" up --dir "$cluster" --nodes "${cluster_nodes:-4}" --cpus 4)"
}

at_end() {
  [[ $failures -eq 0 && ${1-0} -eq 0 ]] || { tail -n 40 ./*.out 2>/dev/null || true; }
  [[ ! -e ${SLURM_CONF-} ]] || squeue -h -o '%A %Z' | awk -v work="$work" '$2 == work { print $1 }' | xargs -r scancel || true
  rm -rf "$work"
}
trap 'at_end $?' EXIT

failed() { printf 'FAILED: %s\n' "$*" && failures=$((failures + 1)); }

# expect_text <what> <extended regex> <file>
expect_text() { grep -Eq -e "$2" "$3" || { failed "$1: nothing matches $2 in:" && sed 's/^/  | /' "$3"; }; }

expect_no_text() { ! grep -Eq -e "$2" "$3" || { failed "$1: $2 is in:" && sed 's/^/  | /' "$3"; }; }

expect_equal() { [[ $2 == "$3" ]] || failed "$1: expected '$2', found '$3'"; }

# wait_for <seconds> <command…>: waits until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  while ! "${@:2}" >/dev/null 2>&1; do
    [[ $SECONDS -lt $end ]] || { failed "after $1 s still not: ${*:2}" && return 0; }
    sleep 0.1
  done
}

# submit <name> <options…> -- <program…>: submits a job with one core for each rank, so that jobs run side by side; prints the
# job's number.
submit() { "$bask_submit" --parsable --job-name "$1" --output "$1.out" --time 5 --cpus-per-task 1 --mem 100MiB "${@:2}"; }

field() { scontrol -o show job "$1" | sed -n "s/.* $2=\([^ ]*\).*/\1/p"; }

is_over() { [[ $(field "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]; }

# expect_end <what> <job> <state> <exit code>: waits until the job is over, and compares its state and exit code.
expect_end() {
  wait_for 120 is_over "$2"
  expect_equal "$1: state" "$3" "$(field "$2" JobState)"
  expect_equal "$1: exit code" "$4" "$(field "$2" ExitCode)"
}

report() {
  [[ $failures -eq 0 ]] || { echo "$failures failures" && exit 1; }
  echo "all as expected"
}
