// job_state.hpp: what is known of a job as one text of JSON, which bask-top and pages draw: see
// job_state_format.md.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/record/job_record.hpp>

#include <string>

namespace bask {

/// One line of valid UTF-8, whatever names the user's program gives.
std::string state_text(const JobKnowledge& known);

}  // namespace bask
