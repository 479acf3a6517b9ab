#!/bin/sh
# must_not_compile.sh <source> <compiler…>: the compiler must refuse the source with a message that matches
# its first line, `// expect: <regex>` (ERE, in English).
source=$1
shift

regex=$(sed -n '1s|^// expect: ||p' "$source")
if [ -z "$regex" ]; then
  echo "$source: the first line must read: // expect: <regex>"
  exit 1
fi
LC_ALL=C exec "$(dirname "$0")/../expect.sh" failure "$regex" "$@" -fsyntax-only "$source"
