#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/io/task_table.hpp>
#include <bask/job_files.hpp>
#include <bask/record/timeline.hpp>
#include <bask/system/replaced_file.hpp>
#include <bask/trace/trace_file.hpp>

#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace bask {
namespace {

constexpr const char* kTraceOption = "--bask-trace";
constexpr const char* kTasksOption = "--bask-tasks";

// The part is made for the first of them that is asked for.
struct PartPlace {
  const char* option;
  const std::string& file;
};
PartPlace part_place(const Options& options) {
  if (!options.trace.empty()) return {kTraceOption, options.trace};
  return {kTasksOption, options.tasks};
}

struct LogWithPart {
  std::unique_ptr<EventPart> part;  // outlives the log
  EventLog log;
};

// Numbers for the layers of all ranks: equal names are one.
class LayerNumbers {
 public:
  std::uint32_t of(std::uint32_t rank, Activity layer, const RankEvents& events) {
    const std::uint64_t here = std::uint64_t{rank} << 16 | static_cast<std::uint16_t>(layer);
    const auto [known, is_new] = by_rank_.try_emplace(here);
    if (!is_new) return known->second;
    const auto [named, is_first] =
        by_name_.try_emplace(events.name_of(layer), static_cast<std::uint32_t>(names_.size()));
    if (is_first) names_.push_back(named->first);
    return known->second = named->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> by_rank_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::vector<std::string> names_;
};

TaskOutcome outcome_of(EventKind kind) {
  if (kind == EventKind::kTaskFailed) return TaskOutcome::kFailed;
  return kind == EventKind::kTaskRetried ? TaskOutcome::kRetried : TaskOutcome::kDone;
}

void add_rows(TaskTable& table, RankEvents& rank, LayerNumbers& layers) {
  read_part(rank, [&](std::uint32_t lane, std::span<const EventRecord> events) {
    const std::optional<std::uint32_t> thread = thread_of_lane(rank.name_of_lane(lane));
    for (const EventRecord& event : events) {
      if (!event.is_task()) continue;
      table.add({.begin_ns = event.begin_ns,
                 .duration_ns = event.end_ns - event.begin_ns,
                 .bytes = event.bytes,
                 .computation = event.run,
                 .task = event.task,
                 .layer = layers.of(rank.rank, event.activity, rank),
                 .rank = rank.rank,
                 .thread = thread ? static_cast<std::int32_t>(*thread) : -1,
                 .outcome = outcome_of(event.kind)});
    }
  });
}

}  // namespace

std::unique_ptr<EventPart> make_event_part(const Options& options, std::uint32_t rank) {
  const PartPlace place = part_place(options);
  if (place.file.empty()) return nullptr;
  return std::make_unique<EventPart>(place.option, event_part_path(place.file, rank));
}

std::shared_ptr<EventLog> make_event_log(std::unique_ptr<EventPart> part, std::int64_t job_start_ns) {
  if (part == nullptr) return std::make_shared<EventLog>(job_start_ns);
  part->keep();
  const std::shared_ptr<LogWithPart> both(new LogWithPart{std::move(part), EventLog(job_start_ns)});
  both->log.set_reader(both->part.get());
  return {both, &both->log};
}

JobFiles::JobFiles(const Options& options, const std::vector<std::string>& hosts)
    : trace_(options.trace), tasks_(options.tasks) {
  const std::string& base = part_place(options).file;
  for (std::uint32_t rank = 0; rank < hosts.size(); ++rank)
    ranks_.push_back({.rank = rank, .host = hosts[rank], .part = event_part_path(base, rank)});
  // A job of more ranks that was killed has left parts, which are none of this one's.
  std::error_code ignored;
  for (auto rank = static_cast<std::uint32_t>(hosts.size());
       !base.empty() && std::filesystem::remove(event_part_path(base, rank), ignored);)
    ++rank;
  if (!trace_.empty()) {
    const ReplacedFile probe(kTraceOption, trace_);
    links_.emplace(kTraceOption, trace_ + ".links.part");
  }
  if (!tasks_.empty()) {
    const ReplacedFile probe(kTasksOption, tasks_);
    const Hdf5Lock starts_the_library;  // which may call MPI then: later others do
  }
}

void JobFiles::begin_run(std::uint32_t run, const Plan& plan) {
  if (!links_) return;
  std::uint32_t tasks = 0;
  for (const TaskId task : plan.task) tasks = std::max(tasks, task.index + 1);
  links_->add_run(run, tasks, [&](const TaskLinks::Link& link) {
    for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
      for (const Source source : plan.inputs_of(position)) {
        if (!source.is_constant()) link(plan.task[position].index, plan.task[source.index()].index);
      }
    }
  });
}

void JobFiles::write() {
  const auto try_to = [](const auto& write) {
    try {
      write();
    } catch (const std::exception& error) {  // the job has ended, whatever becomes of its files
      log_job_line(LogLevel::kWarning, error.what());
    }
  };
  if (!trace_.empty()) try_to([&] { write_trace_file(kTraceOption, trace_, ranks_, &*links_); });
  if (!tasks_.empty()) try_to([&] { write_table(); });
  std::error_code ignored;
  for (const RankEvents& rank : ranks_) std::filesystem::remove(rank.part, ignored);
}

void JobFiles::write_table() {
  ReplacedFile file(kTasksOption, tasks_);
  TaskTable table(kTasksOption, file.temporary().string());
  LayerNumbers layers;
  std::vector<std::string> hosts;
  for (RankEvents& rank : ranks_) {
    add_rows(table, rank, layers);
    hosts.push_back(rank.host);
  }
  table.finish(layers.names(), hosts);
  file.put_in_place();
}

}  // namespace bask
