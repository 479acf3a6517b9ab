// waiting_view.hpp: what waits on a rank, as read from state.json.
// Runs on: a login node. Threads: any; a pure function.
#pragma once

#include "checked_json.hpp"

#include <bask/events/waiting_text.hpp>

namespace top {

/// Of `waiting` of an entry of `ranks`. Throws: bask::Error when it is not as the format says.
bask::ExplainedRank waiting_of(const CheckedJson& waiting);

}  // namespace top
