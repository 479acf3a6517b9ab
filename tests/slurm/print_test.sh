#!/usr/bin/env bash
# print_test.sh: the scripts that bask-submit writes, and the site's defaults. Needs no cluster.
source "$(dirname -- "$0")/support.sh" none
unset SLURM_CONF
mkdir -p config/bask

script() { "$bask_submit" --print "$@" >script; }
has() { grep -qxF -e "$1" script || { failed "not in the script: $1" && sed -n '/^# ----/q; s/^/  | /p' script; }; }
has_not() { ! grep -q -e "$1" script || failed "in the script: $1"; }

# refused <message> <arguments…>
refused() {
  local code=0
  "$bask_submit" --print "${@:2}" -- /bin/true >/dev/null 2>message || code=$?
  expect_equal "${*:2}: exit code" 2 $code
  expect_text "${*:2}" "$1" message
}

# ---- Options that are given, and options that are added ----
script --nodes 4 --time 1:00:00 --mem 16GiB -- /bin/echo 'two words' '$HOME'
for line in nodes=4 time=1:00:00 mem=16384M ntasks-per-node=1 exclusive requeue no-kill open-mode=append job-name=echo \
  output=echo-%j.out signal=B:USR1@120; do
  has "#SBATCH --$line"
done
has 'program=(/bin/echo two\ words \$HOME)'
has 'launcher=auto          # srun, mpirun, or auto: srun where it knows pmix'
has 'export BASK_CHECKPOINT="$SLURM_SUBMIT_DIR"/bask-checkpoint-echo-$SLURM_JOB_ID'
has 'export BASK_FAILED_TASKS="$SLURM_SUBMIT_DIR"/bask-failed-tasks-echo-$SLURM_JOB_ID'
has 'export BASK_WATCH="$SLURM_SUBMIT_DIR"/bask-watch-echo-$SLURM_JOB_ID'
has 'max_restarts=10        # in this allocation and by queueing the job again, together'
bash -n script || failed 'the script is no bash'

script -N2 -p long -Hxn[1-2] -t 2 --mem-per-cpu=1.5GiB --comment='a "b" c' --no-requeue --ranks-per-node 2 --launcher mpirun \
  --checkpoint none --failed-tasks none --watch none --max-restarts 3 --cpus-per-task=4 -J 'my job' /bin/true
for line in nodes=2 partition=long hold 'exclude=n[1-2]' time=2 mem-per-cpu=1536M 'comment="a \"b\" c"' no-requeue \
  ntasks-per-node=2 cpus-per-task=4 'job-name="my job"' output=my-job-%j.out signal=B:USR1@30; do
  has "#SBATCH --$line"
done
has ranks_per_node=2
has requeue=no
has_not '--exclusive'
has_not 'export BASK_CHECKPOINT'
has_not 'export BASK_FAILED_TASKS'
has_not 'export BASK_WATCH'

script --array 1-3 --checkpoint saved --failed-tasks /scratch/failed --watch /seen/by/all --signal-before 5:00 --time 2:00:00 /bin/true
has '#SBATCH --signal=B:USR1@300'
has '#SBATCH --output=true-%A_%a.out'
has 'export BASK_CHECKPOINT="$SLURM_SUBMIT_DIR"/saved/$SLURM_ARRAY_TASK_ID'
has 'export BASK_FAILED_TASKS=/scratch/failed/$SLURM_ARRAY_TASK_ID'
has 'export BASK_WATCH=/seen/by/all/$SLURM_ARRAY_TASK_ID'
script --array 1-3 /bin/true
has 'export BASK_CHECKPOINT="$SLURM_SUBMIT_DIR"/bask-checkpoint-true-${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID'
has 'export BASK_WATCH="$SLURM_SUBMIT_DIR"/bask-watch-true-${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID'
script -n 6 --mem 16G /bin/true
has '#SBATCH --ntasks=6'
has '#SBATCH --mem=16G'
has_not '^#SBATCH --ntasks-per-node'

# ---- Site defaults ----
cat >config/bask/slurm.toml <<'TOML'
# of the site
account = "climate"   # ours
partition = 'long'
mail_type = "END,FAIL"
launcher = "srun"
modules = ["gcc/12",  # the compiler
           "openmpi/4.1", ]
setup = ["source \"$HOME/env.sh\"", 'ulimit -s unlimited']
sbatch = ["--constraint=skylake", "-q", "high"]
TOML
script --partition short -- /bin/true
for line in account=climate partition=short mail-type=END,FAIL constraint=skylake qos=high; do
  has "#SBATCH --$line"
done
has 'module load gcc/12 openmpi/4.1'
has 'source "$HOME/env.sh"'
has 'ulimit -s unlimited'
has 'launcher=srun          # srun, mpirun, or auto: srun where it knows pmix'
has_not 'partition=long'

# All of TOML is understood, such as escapes, numbers, and keys and strings in quotes of all kinds.
cat >all.toml <<'TOML'
"account" = "cl\u0069mate"
mail_user = 'a # b'
qos = 7
modules = []
setup = ["""export A="x  y" """, 'export B=\n']
TOML
script --config all.toml -- /bin/true
has '#SBATCH --account=climate'
has '#SBATCH --mail-user="a # b"'
has '#SBATCH --qos=7'
has 'export A="x  y" '
has 'export B=\n'
has_not '^module load'

# wrong_toml <line> <message> <text>
wrong_toml() {
  printf '%s\n' "$3" >wrong.toml
  refused "wrong.toml:$1: $2" --config wrong.toml
}
wrong_toml 1 'no such key: colour; there are account' 'colour = "red"'
wrong_toml 2 "Error while parsing key-value pair: cannot redefine existing string 'account'; write lines such as" $'account = "a"\naccount = "b"'
wrong_toml 1 'expected key = value, found: .site.' '[site]'
wrong_toml 1 'expected a string such as "name", found: true' 'account = true'
wrong_toml 1 'Error while parsing string: .*; write lines such as account = "climate"' 'account = "no end'
wrong_toml 1 'expected a string' 'account = "a\n"'
wrong_toml 1 "Error while parsing key-value pair: expected a comment or whitespace, saw '\"'; write" 'account = "a" "b"'
wrong_toml 1 'modules is an array' 'modules = "gcc"'
wrong_toml 1 'account is a string, not an array' 'account = ["a"]'
wrong_toml 2 'Error while parsing array: encountered end-of-file; write' $'modules = ["a",\n"b",'
wrong_toml 3 "Error while parsing array: expected comma or closing ']', saw '\"'; write" $'\n\nmodules = ["a" "b"]'
wrong_toml 2 'expected a string such as "name", found: 5' $'modules = ["a",\n5]'
wrong_toml 1 'expected a string such as "name", found: .*a' 'account = { a = 1 }'
wrong_toml 2 "'word' is no option of sbatch" $'sbatch = ["--exclusive",\n"word"]'
refused '--config: none.toml cannot be read' --config none.toml

# bask-site-defaults, which reads the file, lies beside bask-submit, or is found by PATH.
without_reader=$(tr ':' '\n' <<<"$PATH" | while read -r folder; do [[ -e $folder/bask-site-defaults ]] || echo "$folder"; done |
  paste -s -d ':')
PATH=$without_reader refused 'slurm.toml: bask-site-defaults, which reads it, is neither beside bask-submit nor in PATH' -p long
mkdir bin
cp "$(command -v bask-site-defaults)" "$bask_submit" bin/
ln -s bin/bask-submit linked
bask_submit=./linked PATH=$without_reader script -- /bin/true
has '#SBATCH --account=climate'

# ---- How to watch a job, told when it has been submitted: here to something that looks like sbatch ----
mkdir fake
printf '#!/bin/sh\ncat >/dev/null\ncase " $* " in *" --parsable "*) echo 815 ;; *) echo Submitted batch job 815 ;; esac\n' >fake/sbatch
chmod +x fake/sbatch

# tells <message, or nothing> <arguments…>
tells() {
  PATH=$work/fake:$PATH "$bask_submit" "${@:2}" /bin/true >answer 2>message || failed "${*:2}: exit code $?"
  expect_equal "${*:2}" "$1" "$(<message)"
}
tells 'bask-submit: to watch it: bask-top bask-watch-my-job-815' -J 'my job'
expect_equal 'standard output' 'Submitted batch job 815' "$(<answer)"
tells 'bask-submit: to watch it: bask-top two\ words' --watch 'two words'
tells 'bask-submit: to watch job K of the array: bask-top bask-watch-true-815_K' --array 1-3
tells 'bask-submit: to watch job K of the array: bask-top /seen/K' --array 1-3 --watch /seen
tells '' --watch none
tells '' --parsable

# ---- Wrong usage ----
refused "--mem: '16GB': say 16GiB" --mem 16GB
refused "--mem: '.iB' is no size|no size; such as 16GiB" --mem xGiB
refused "no such option: -y" -y
refused "--ranks-per-node: '0' is not a number from 1 on" --ranks-per-node 0
refused "--launcher: 'rsh' is none; use auto, srun or mpirun" --launcher rsh
refused '--signal-before: 300 s is more than the time limit, 180 s' --signal-before 300 --time 3
refused "--time: '1:2:3:4' is no time" --time 1:2:3:4
refused '--wrap: the program is given after --' --wrap 'x'
code=0
"$bask_submit" --print -- ./none 2>message || code=$?
expect_equal 'no program' 2 $code
expect_text 'no program' 'there is no program ./none here' message
code=0
"$bask_submit" --nodes 2 2>message || code=$?
expect_equal 'nothing to run' 2 $code
expect_text '--help' 'usage: bask-submit' <("$bask_submit" --help)
report
