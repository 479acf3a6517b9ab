#!/bin/sh
# pkg_config.sh <prefix> <source> <program> <compiler…>: builds the consumer with pkg-config's flags, and runs it.
set -eu
prefix=$1 source=$2 program=$3
shift 3

directory=$(dirname "$(find "$prefix" -name bask.pc)")
PKG_CONFIG_PATH=$directory${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH
# $(pkg-config …) is unquoted on purpose: each flag is a word.
"$@" -c "$source" -o "$program.o" $(pkg-config --cflags bask)
for static in --static ""; do
  "$@" "$program.o" -o "$program" $(pkg-config --libs $static bask)
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir bask) "$program"
done
