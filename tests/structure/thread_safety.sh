#!/bin/sh
# thread_safety.sh <clang++> <folder> [include folders…]: Clang's thread-safety analysis must find nothing in those sources below
# the folder that declare or take annotated locks (bask/core/mutex.hpp), themselves or in their header.
set -eu
clang=$1 folder=$2
shift 2
# They come after Clang's own folders, as /usr/include may be among them, which must not come before the C++ library's.
for include in "$@"; do set -- "$@" "-idirafter$include"; shift; done

# Those of one folder are read together, as a unity build does: the headers that they share cost more than they do.
locks='\<(Held|Mutex|SpinLock|BASK_GUARDED_BY|BASK_REQUIRES)\>'
together=$(mktemp -d)
trap 'rm -rf "$together"' EXIT
grep -rlE "$locks" "$folder" --include='*.?pp' | sed 's/\.[hc]pp$/.cpp/' | sort -u | while read -r source; do
  [ ! -e "$source" ] || echo "#include \"$(realpath "$source")\"" >>"$together/$(dirname "$source" | tr / _).cpp"
done
printf '%s\0' "$together"/*.cpp | xargs -0 -n 1 -P "$(nproc)" \
  "$clang" -std=c++20 -I"$(dirname "$0")/../../runtime" "$@" -fsyntax-only -Wno-everything -Wthread-safety -Werror
