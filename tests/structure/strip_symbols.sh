#!/usr/bin/env bash
# strip_symbols.sh <object…>: objects that are compiled for AVX2 or AVX-512 must share no function with the rest of the
# program: the linker keeps one copy of a shared function, and a CPU without these instructions might run it.
set -euo pipefail
for object in "$@"; do
  if shared=$(nm -C "$object" | grep -E ' [WVu] '); then
    printf '%s: defines what other sources may share:\n%s\n' "$object" "$shared"
    exit 1
  fi
done
