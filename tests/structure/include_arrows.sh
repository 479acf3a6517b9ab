#!/bin/sh
# include_arrows.sh <runtime>: compares the #includes between the rooms of <runtime>/bask with the drawing in <runtime>/README.md.
# It refuses an #include that is not drawn, one that does not name its room, and an arrow that no #include follows.
# A room is a folder. `top` are the files that lie in none; collections/array.hpp belongs to the folder collections/array.
set -eu
cd "$1"

{ printf '%s\n' README.md; find bask -name '*.[hc]pp' -o -name '*.inl' | sort; } | xargs awk '
function room_of(path) {
  sub(/^bask\//, "", path)
  if (path == "collections/array.hpp") return "collections/array"
  return sub(/\/[^\/]*$/, "", path) ? path : "top"
}

function refuse(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; refused = 1 }

# A room may include the rooms behind its arrow, and the rooms that those may include; rooms in brackets only from sources.
function reach(from, to,    i, count, next_rooms) {
  if ((from, to) in may) return
  may[from, to] = 1
  count = split(drawn[to], next_rooms, " ")
  for (i = 1; i <= count; ++i) if (next_rooms[i] !~ /^\(/) reach(from, next_rooms[i])
}

function close_arrows(    room, i, count, next_rooms) {
  closed = 1
  for (room in drawn) {
    count = split(drawn[room], next_rooms, " ")
    for (i = 1; i <= count; ++i) {
      if (next_rooms[i] ~ /^\(/) source_may[room, substr(next_rooms[i], 2, length(next_rooms[i]) - 2)] = 1
      else reach(room, next_rooms[i])
    }
  }
}

FILENAME == "README.md" {
  if (/^```/) { inside = !inside; next }
  if (inside && $2 == "->") {
    room = $1
    $1 = $2 = ""
    drawn[room] = $0
    line[room] = FNR
  }
  next
}

!closed { close_arrows() }

FNR == 1 {
  from = room_of(FILENAME)
  if (!(from in drawn)) refuse("there is no room \"" from "\" in the drawing of README.md")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
  split($0, quoted, "\"")
  refuse("\"" quoted[2] "\" does not name its room, write <bask/<room>/" quoted[2] ">")
}

/^[ \t]*#[ \t]*include[ \t]*<bask\// {
  split($0, angled, /[<>]/)
  to = room_of(angled[2])
  used[from, to] = 1
  if (to == from || (from, to) in may || ((from, to) in source_may && FILENAME ~ /\.cpp$/)) next
  refuse("arrow " from " -> " to " (<" angled[2] ">) is not in the drawing of README.md")
}

END {
  for (room in drawn) {
    count = split(drawn[room], next_rooms, " ")
    for (i = 1; i <= count; ++i) {
      to = next_rooms[i]
      gsub(/[()]/, "", to)
      if ((room, to) in used || to == "nothing") continue
      printf "README.md:%d: arrow %s -> %s is drawn, but nothing includes along it\n", line[room], room, to
      refused = 1
    }
  }
  exit refused
}
'
