// waiting_state.hpp: what waits on each rank, as JSON: names are put to what ranks have told.
// Runs on: rank 0. Threads: one at a time.
#pragma once

#include <bask/events/waiting_text.hpp>
#include <bask/record/job_state_parts.hpp>

#include <vector>

namespace bask {

/// By rank; null for a rank of which nothing is known. See job_state_format.md, `ranks`.
std::vector<Json> waiting_of(const JobKnowledge& known);
Json waiting_of(const ExplainedRank& rank);

}  // namespace bask
