#!/bin/sh
# include_arrows.sh <runtime>: refuses an #include between the rooms of <runtime>/bask that the design does not
# draw, and one that does not name its room. `top` is what lies in no room: bask/bask.hpp, client, run.
set -eu
cd "$1"

find bask -name '*.[hc]pp' | sort | xargs awk '
BEGIN {
  # room: what it may include, the arrows of the arrows with it
  may["core"]        = ""
  may["graph"]       = "core"
  may["plan"]        = "graph core"
  may["execution"]   = "graph core"
  may["transport"]   = "core"
  may["cluster"]     = "plan execution transport graph core"
  may["collections"] = "graph core"
  may["io"]          = "collections graph core"
  may["diagnostics"] = "graph core"
  may["top"]         = "core graph plan execution transport cluster collections io diagnostics"
}

function room_of(path,    parts) { return split(path, parts, "/") > 2 ? parts[2] : "top" }

function refuse(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; refused = 1 }

FNR == 1 {
  from = room_of(FILENAME)
  if (!(from in may)) refuse("there is no room \"" from "\" in the design")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
  split($0, quoted, "\"")
  refuse("\"" quoted[2] "\" does not name its room, write <bask/<room>/" quoted[2] ">")
}

/^[ \t]*#[ \t]*include[ \t]*<bask\// {
  split($0, angled, /[<>]/)
  to = room_of(angled[2])
  if (to != from && index(" " may[from] " ", " " to " ") == 0)
    refuse("arrow " from " -> " to " (<" angled[2] ">), but " from " may include " \
           (may[from] == "" ? "no other room" : may[from]))
}

END { exit refused }
'
