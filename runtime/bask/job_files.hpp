// job_files.hpp: the files that have all events of a job, one by one: the trace and the table of tasks. Each
// rank writes down its events in a part beside the first of them; rank 0 makes the files of the parts when
// the job has ended, and removes the parts.
// Runs on: JobFiles on rank 0, its functions on every rank. Threads: one.
#pragma once

#include <bask/core/options.hpp>
#include <bask/events/event_log.hpp>
#include <bask/graph/plan.hpp>
#include <bask/trace/event_part.hpp>
#include <bask/trace/part_reader.hpp>
#include <bask/trace/task_links.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// Where this rank writes down its events; null when the options do not ask for it.
/// Throws: Error (kUsage) when the file cannot be made.
std::unique_ptr<EventPart> make_event_part(const Options& options, std::uint32_t rank);

/// A log whose events are written down in `part`, too, which may be null.
std::shared_ptr<EventLog> make_event_log(std::unique_ptr<EventPart> part, std::int64_t job_start_ns);

class JobFiles {
 public:
  /// `hosts` by rank. Throws: Error (kUsage) when a file can never be written.
  JobFiles(const Options& options, const std::vector<std::string>& hosts);

  /// The run of that number begins: notes which task reads which.
  void begin_run(std::uint32_t run, const Plan& plan);
  /// All ranks have ended, or nobody waits for them any more: writes the files. Problems become warnings.
  void write();

 private:
  void write_table();

  const std::string trace_, tasks_;  // empty: not asked for
  std::vector<RankEvents> ranks_;
  std::optional<TaskLinks> links_;
};

}  // namespace bask
