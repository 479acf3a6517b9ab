// job_condition.hpp: how a job is, in a word and in the style it is shown in.
// Runs on: a login node. Threads: any; pure functions.
#pragma once

#include "grid.hpp"
#include "state_view.hpp"

#include <string>

namespace top {

struct Condition {
  std::string text;
  Style style = Style::kPlain;
};

/// Its state is not written again though it has not ended. `silent_seconds`: for how long.
bool is_silent(const StateView& state, double silent_seconds);

/// `silent_seconds`: for how long its state has not been written again.
Condition condition_of(const StateView& state, double silent_seconds);

}  // namespace top
