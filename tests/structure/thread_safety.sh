#!/bin/sh
# thread_safety.sh <clang++> <folder> [include folders…]: Clang's thread-safety analysis must find nothing in those sources below
# the folder that declare or take annotated locks (bask/core/mutex.hpp), themselves or in their header.
set -eu
clang=$1 folder=$2
shift 2
# They come after Clang's own folders, as /usr/include may be among them, which must not come before the C++ library's.
for include in "$@"; do set -- "$@" "-idirafter$include"; shift; done

locks='\<(Held|Mutex|SpinLock|BASK_GUARDED_BY|BASK_REQUIRES)\>'
grep -rlE "$locks" "$folder" --include='*.?pp' | sed 's/\.[hc]pp$/.cpp/' | sort -u | while read -r source; do
  [ ! -e "$source" ] || printf '%s\0' "$source"
done | xargs -0 -n 1 -P "$(nproc)" "$clang" -std=c++20 -I"$(dirname "$0")/../../runtime" "$@" -fsyntax-only -Wno-everything -Wthread-safety -Werror
