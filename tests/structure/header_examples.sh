#!/bin/sh
# header_examples.sh <header> <statement before> <compiler> <options…>: the examples in the header must compile as
# statements after <statement before>. Examples are the lines of /// comments that are indented by five spaces.
set -eu
header=$1 before=$2
shift 2
name=header_example_$(basename "$header" .hpp).cpp
{
  printf '#include <bask/bask.hpp>\nint main() {\n%s;\n' "$before"
  sed -n 's,^///     ,,p' "$header"
  echo 'return 0; }'
} >"$name"
[ "$(wc -l <"$name")" -gt 4 ] || { echo "there is no example in $header"; exit 1; }
"$@" -fsyntax-only "$name"
