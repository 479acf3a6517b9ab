#!/usr/bin/env bash
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh"

help() {
  cat <<'HELP'
usage: cmake/check.sh [--quick]

Builds Bask and runs every test, from any state of the tree: installs what is missing (as root on Debian or Ubuntu;
elsewhere it says what to install or load), then builds the release preset and runs all its tests, then builds
with ThreadSanitizer, and with AddressSanitizer and UndefinedBehaviorSanitizer, and runs the unit tests of each, under
ThreadSanitizer those of what threads do. While tests run, the later presets are built with the lowest priority.
The presets compile several sources at a time; while you work on one, `cmake --preset release
-DCMAKE_UNITY_BUILD=OFF` rebuilds less.

  --quick   the release preset only
  --help    this text

Each step writes its output to build/logs/. CMAKE_BUILD_PARALLEL_LEVEL (default: the number of cores) and
CTEST_PARALLEL_LEVEL (two more) set how much runs at a time.
exit code: 0 all passed; 1 something failed; 2 something is missing, or wrong usage.
HELP
}

presets=(release tsan asan)
for argument in "$@"; do
  case $argument in
    --quick) presets=(release) ;;
    -h | --help) help && exit 0 ;;
    *) printf 'check.sh: no such option: %s; use --quick or --help\n' "$argument" >&2 && exit 2 ;;
  esac
done

# Sanitizers map their shadow at fixed addresses. Kernels that randomise more than 28 bits may put a program there
# ("unexpected memory mapping"); without randomisation they do not, where the system lets a process ask for that.
fixed_addresses() {
  local bits
  bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null) || bits=32
  if [[ $bits -le 28 ]]; then
    "$@"
  elif setarch "$(uname -m)" -R true; then
    setarch "$(uname -m)" -R "$@"
  else
    printf 'the kernel randomises %s bits of an address; if tests end in "unexpected memory mapping", run\n' "$bits"
    printf '  sudo sysctl vm.mmap_rnd_bits=28\n'
    "$@"
  fi
}

run_tests() (cd "$root" && fixed_addresses ctest --preset "$1" --no-tests=error)

make_ready() { stage "$1 configure" configure "$1" && stage "$1 build" build "$1"; }

# Tests wait for clocks and for each other: in the time that they leave, the later presets are built, one after another, whatever
# tests run. Writes the exit code of each preset as a line when it is ready.
build_the_others() {
  local preset
  trap 'exit 130' INT
  renice -n 19 -p "$BASHPID" >/dev/null 2>&1 || true
  for preset in "${presets[@]:1}"; do
    make_ready "$preset" >"$root/build/logs/$preset.log" && echo 0 || echo $?
  done
}

start=$SECONDS
set_up release 'needed|tests|data'
printf '%-20s%6d s  ok\n' "set-up" $((SECONDS - start))
failed=()
make_ready "${presets[0]}" && ready=0 || ready=$?
exec {others}< <(build_the_others)
for preset in "${presets[@]}"; do
  if [[ $preset != "${presets[0]}" ]]; then
    read -r ready <&"$others" || ready=1
    cat "$root/build/logs/$preset.log"
  fi
  [[ $ready -eq 0 ]] && stage "$preset tests" run_tests "$preset" || failed+=("$preset")
done

if [[ ${#failed[@]} -gt 0 ]]; then
  printf 'FAILED after %d s: %s\n' $((SECONDS - start)) "${failed[*]}"
  exit 1
fi
printf 'all passed in %d s: %s\n' $((SECONDS - start)) "${presets[*]}"
