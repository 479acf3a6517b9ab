#!/bin/sh
# install.sh <build> <prefix>: installs the built tree, then moves it to <prefix>, so that whatever is built
# against it there shows that an installed Bask may be moved.
set -eu
unset DESTDIR
rm -rf "$2" "$2.first"
cmake --install "$1" --prefix "$2.first"
mv "$2.first" "$2"
# The tools are there and run, wherever they lie.
if [ -e "$1/apps/farm" ]; then
  "$2/bin/farm" --help | grep -q 'usage\|Usage\|farm'
  "$2/bin/taskbench" --bask-version | grep -q '^BLAS: '
fi
[ -x "$2/bin/bask-submit" ]
