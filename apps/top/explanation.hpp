// explanation.hpp: why ranks or tasks of a job wait, as lines of plain text.
// Runs on: a login node. Threads: any; a pure function.
#pragma once

#include "state_view.hpp"

#include <string>
#include <vector>

namespace top {

/// `what`: the number of a rank; else the name of a task, or how it begins; empty: every rank.
/// Throws: bask::Error (kUsage) when there is no such rank.
std::vector<std::string> explanation(const StateView& state, const std::string& what);

}  // namespace top
