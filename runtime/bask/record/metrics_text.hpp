// metrics_text.hpp: what is known of the job as metrics of Prometheus, in its text format.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/record/job_record.hpp>

#include <string>

namespace bask {

/// Names begin with "bask_". Cost and size: one line for each rank, layer and kind of time.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
std::string metrics_text(const JobKnowledge& known);

}  // namespace bask
