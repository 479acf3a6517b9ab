# try_program.sh: what scripts share that run a program and look at what it says. To be sourced, once $case is set; a script may
# define `shown`, for what a failure shows besides the logs. They go on in an empty directory, $work, which is removed at the end.
work=$(mktemp -d "${TMPDIR:-/tmp}/bask-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

shown() { :; }
fail() {
  echo "${0##*/}: $case: $*"
  for log in "$work"/*.log; do echo "--- $log"; cat "$log"; done
  shown
  exit 1
}
# ends <exit code> <log> <command…>
ends() {
  wanted=$1 log=$2
  shift 2
  "$@" > "$log" 2>&1
  code=$?
  [ $code -eq "$wanted" ] || fail "exit code $code instead of $wanted: $*"
}
says() { grep -q -e "$2" "$1" || fail "$1 does not say: $2"; }
