#!/usr/bin/env bash
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh"

if [[ ${1-} == --help || ${1-} == -h ]]; then
  cat <<'HELP'
usage: cmake/quickstart.sh [arguments of the program…]

From a fresh clone to a running lazy program: installs what is missing (as root on Debian or Ubuntu; elsewhere
it says what to install or load), builds build/release/apps/quickstart, and runs it here with the arguments given.
`cmake/quickstart.sh --bask-help` lists the program's own options.

exit code: the program's own; 1 when the build fails; 2 when something is missing.
HELP
  exit 0
fi

# A folder that has the tests keeps them; a new one does without, and without what they need.
tests=$(sed -n 's/^BASK_TESTS:[A-Z]*=//p' "$root/build/release/CMakeCache.txt" 2>/dev/null) || tests=OFF
[[ $tests == ON ]] && find_missing "${needs_for_tests[@]}" && [[ ${#missing[@]} -eq 0 ]] || tests=OFF

set_up
stage "configure" configure release "-DBASK_TESTS=$tests"
stage "build" build release --target quickstart
exec "$root/build/release/apps/quickstart" "$@"
