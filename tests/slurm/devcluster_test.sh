#!/usr/bin/env bash
# devcluster_test.sh <cluster>: two clusters side by side; repeated up and down; the messages of wrong use.
source "$(dirname -- "$0")/support.sh" "$1"
use_cluster
first=$SLURM_CONF
dir=$work/second
chmod 755 "$work"

# ends_with <code> <message> <arguments…>
ends_with() {
  local code=0
  "$slurm/devcluster" "${@:3}" >output 2>message || code=$?
  expect_equal "${*:3}: exit code" "$1" $code
  [[ -z $2 ]] || expect_text "${*:3}" "$2" message
}
ends_with 1 'no cluster is up in .*second; start one' status --dir "$dir"
ends_with 0 '2 nodes of 1 cores are up; logs in' up --nodes 2 --cpus=1 --dir "$dir"
expect_equal 'up prints nothing but exports' "$(wc -l <output)" "$(grep -c '^export ' output)"
source ./output
[[ $SLURM_CONF != "$first" ]] || failed 'both clusters are one'
expect_equal 'the nodes of the second' 2 "$(srun --nodes=2 --ntasks=2 bash -c 'echo $SLURMD_NODENAME' | sort -u | grep -c '^n[12]$')"
expect_equal 'the nodes of the first' 4 "$(SLURM_CONF=$first sinfo -h -p all -o %D)"
ends_with 0 '2 nodes of 1 cores are up' up --dir "$dir"
mkdir none && printf '#!/bin/sh\nexit 2\n' >none/getent && chmod +x none/getent   # as without a line in /etc/hosts
PATH=$work/none:$PATH ends_with 0 'does not know its own name.*add to /etc/hosts: 127.0.1.1 ' up --dir "$dir"
ends_with 1 'a cluster is up with 2 nodes of 1 cores' up --nodes 3 --dir "$dir"
ends_with 0 'n2 is dead, with 0 processes of jobs' crash n2 --dir "$dir"
ends_with 1 'n2 is not running' crash n2 --dir "$dir"
ends_with 0 'up again' up --dir "$dir"
ends_with 0 '' status --dir "$dir"
expect_text status 'short .* 2 +idle n.1-2.' output

job=$(sbatch --parsable --output=/dev/null --wrap 'sleep 1000')
ends_with 0 'the cluster is down' down --dir "$dir"
ends_with 0 'are up; logs in' up --nodes 2 --cpus 1 --dir "$dir"
next=$(sbatch --parsable --output=/dev/null --wrap true)
[[ $next -gt $job ]] || failed "job numbers start again: $job, then $next"
ends_with 0 'the cluster is down' down --clean --dir "$dir"
[[ ! -e $dir ]] || failed '--clean leaves the folder'
ends_with 0 'there is no cluster' down --dir "$dir"
export SLURM_CONF=$first
expect_equal 'the first goes on' 4 "$(sinfo -h -p all -o %D)"

ends_with 2 'no such option: --node' up --node
ends_with 2 "--nodes: 'many' is not a number" up --nodes many
ends_with 2 'no such command: start' start
ends_with 2 'crash wants the name of a node' crash
ends_with 2 'usage: devcluster up'
report
