#!/bin/sh
# expect.sh success|failure|<code> <regex> <command…>: the command must end that way, and its output match the regex (ERE).
# A failure is an exit code from 1 to 125; a crash, a signal or a missing command does not count as one.
outcome=$1 regex=$2
shift 2

code=0
output=$("$@" 2>&1) || code=$?
printf '%s\n' "$output"

case $outcome in
  success) [ "$code" -eq 0 ] ;;
  failure) [ "$code" -ge 1 ] && [ "$code" -le 125 ] ;;
  [0-9]*) [ "$code" -eq "$outcome" ] ;;
  *) false ;;
esac || {
  echo "expect.sh: expected $outcome, the command ended with exit code $code"
  exit 1
}
printf '%s\n' "$output" | grep -Eq -e "$regex" || {
  echo "expect.sh: nothing in the output matches: $regex"
  exit 1
}
