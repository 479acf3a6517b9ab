#!/bin/sh
# format.sh <root> <clang-format>: every source is laid out as .clang-format says. To lay one out: clang-format -i.
set -eu
cd "$1"
find runtime apps slurm tests -name '*.[hc]pp' | xargs "$2" --dry-run --Werror
