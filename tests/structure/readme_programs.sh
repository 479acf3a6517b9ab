#!/bin/sh
# readme_programs.sh <README.md> <compiler> <options…>: the whole programs in the README, those that include <iostream>,
# must compile.
set -eu
readme=$1
shift
awk '
/^```cpp$/ { inside = 1; text = ""; next }
/^```$/ && inside { inside = 0; if (text ~ /#include <iostream>/) printf "%s", text > sprintf("readme_program_%d.cpp", ++count); next }
inside { text = text $0 "\n" }
END { if (count < 2) { print "found " count + 0 " programs, expected two at least"; exit 1 } }
' "$readme"
for program in readme_program_*.cpp; do
  "$@" -fsyntax-only "$program"
done
