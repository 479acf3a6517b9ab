#!/bin/sh
# install.sh <build> <prefix>: installs the built tree, then moves it to <prefix>, so that whatever is built
# against it there shows that an installed Bask may be moved.
set -eu
unset DESTDIR
rm -rf "$2" "$2.first"
cmake --install "$1" --prefix "$2.first"
mv "$2.first" "$2"
