#!/bin/sh
# format.sh <root> <clang-format>: every source must be laid out as .clang-format says; clang-format -i does that.
set -eu
cd "$1"
find runtime apps slurm tests -name '*.[hc]pp' | xargs "$2" --dry-run --Werror
