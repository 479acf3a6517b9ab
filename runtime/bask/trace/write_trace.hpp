// write_trace.hpp: the trace of a job, from what its ranks have written down.
// Runs on: rank 0. Threads: one.
// Cost: reads all parts twice where there are arrows. Limits: memory for threads and names, not for tasks.
#pragma once

#include <bask/trace/part_reader.hpp>
#include <bask/trace/task_links.hpp>
#include <bask/trace/trace_format.hpp>

#include <span>

namespace bask {

/// Tells the format all ranks, their threads, and what these did. `links` null: there are no arrows.
void write_trace(std::span<RankEvents> ranks, TaskLinks* links, TraceFormat& format);

}  // namespace bask
