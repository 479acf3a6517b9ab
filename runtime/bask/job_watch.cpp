#include <bask/job_watch.hpp>

#include <fmt/format.h>
#include <bask/cluster/planned_tasks.hpp>
#include <bask/core/environment.hpp>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/option_table.hpp>
#include <bask/core/version.hpp>
#include <bask/dashboard/page.hpp>
#include <bask/diagnostics/terminal.hpp>
#include <bask/events/ticks.hpp>
#include <bask/launch/slurm_job.hpp>
#include <bask/numerics_text.hpp>
#include <bask/record/job_state.hpp>
#include <bask/record/metrics_text.hpp>
#include <bask/system/command_line.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/replaced_file.hpp>
#include <bask/system/unfinished_file.hpp>

#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <sstream>
#include <utility>

namespace bask {
namespace {

constexpr const char* kMetricsOption = "--bask-metrics";

std::string utc_text(std::int64_t seconds_ago) {
  const std::time_t time = std::time(nullptr) - seconds_ago;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[sizeof("2026-11-27T22:44:13Z")];
  return {text, std::strftime(text, sizeof(text), "%FT%TZ", &parts)};
}

std::vector<Fact> changed_options(const Options& options) {
  std::vector<Fact> changed;
  for (const OptionDescriptor& option : option_table()) {
    const std::string value = option.print(options);
    if (value == option.print(Options{})) continue;
    const auto origin = options.origins.find(option.name);
    changed.push_back({option.name, value, origin == options.origins.end() ? "program" : origin->second});
  }
  return changed;
}

std::vector<Fact> versions() {
  std::vector<Fact> all{{"bask", kVersion}};
  std::istringstream lines(libraries_text());
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) all.push_back({line.substr(0, colon), line.substr(colon + 2)});
  }
  return all;
}

// `now_ns`: since the job's start.
std::optional<SlurmFacts> slurm_facts(std::int64_t now_ns) {
  const Environment environment = process_environment();
  const auto value = [&](const char* name) { return std::string(value_of(environment, name)); };
  if (value("SLURM_JOB_ID").empty()) return std::nullopt;
  std::optional<double> end;
  if (const auto job = slurm_job(environment); job && job->end) {
    const std::chrono::duration<double> left = *job->end - std::chrono::system_clock::now();
    end = left.count() + static_cast<double>(now_ns) / 1e9;
  }
  return SlurmFacts{.id = value("SLURM_JOB_ID"),
                    .name = value("SLURM_JOB_NAME"),
                    .partition = value("SLURM_JOB_PARTITION"),
                    .nodes = value("SLURM_JOB_NODELIST"),
                    .restarts = std::atoi(value("SLURM_RESTART_COUNT").c_str()),
                    .end = end};
}

// The plan's tasks one by one; none when they are too many.
std::vector<TaskFacts> small_graph(const Plan& plan) {
  std::vector<TaskFacts> tasks;
  if (plan.tasks() > GraphTasks::kMost) return tasks;
  std::size_t inputs = 0;
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    TaskFacts task{.task = plan.task[position].index, .group = plan.group[position]};
    for (const Source source : plan.inputs_of(position)) {
      if (!source.is_constant()) task.inputs.push_back(source.index());
    }
    inputs += task.inputs.size();
    tasks.push_back(std::move(task));
  }
  return inputs > GraphTasks::kMostInputs ? std::vector<TaskFacts>() : tasks;
}

JobFacts facts_of(const Options& options, const ClientInfo& info, const EventLog& events) {
  JobFacts facts;
  facts.arguments = command_line();
  if (!facts.arguments.empty()) {
    facts.program = facts.arguments.front();
    facts.arguments.erase(facts.arguments.begin());
  }
  facts.host = info.host;
  facts.pid = getpid();
  facts.started = utc_text(events.now_ns() / 1'000'000'000);
  facts.options = changed_options(options);
  facts.versions = versions();
  for (const RankSummary& rank : info.ranks)
    facts.ranks.push_back({rank.host, rank.cores, rank.threads, rank.memory_limit, rank.memory_margin});
  facts.slurm = slurm_facts(events.now_ns());
  return facts;
}

// What connects the user's machine with the page, as a command.
std::string tunnel_text(int port, const std::string& host) {
  const Environment environment = process_environment();
  const std::string_view known = value_of(environment, "USER"), user = known.empty() ? "USER" : known;
  const std::string_view login = value_of(environment, "SLURM_SUBMIT_HOST");
  const std::string through = login.empty() || login == host ? "" : fmt::format("-J {}@{} ", user, login);
  return fmt::format("ssh -N -L {}:localhost:{} {}{}@{}", port, port, through, user, host);
}

// A report that can never be written is refused before anything runs.
void check_report(const std::string& report) {
  if (page_text().empty()) page_with_state("");  // throws
  const ReplacedFile probe("--bask-report", report);
}

}  // namespace

bool wants_events(const Options& options) {
  return !options.watch.empty() || !options.report.empty() || !options.trace.empty() ||
         !options.tasks.empty() || !options.metrics.empty() || options.dashboard >= 0;
}

std::unique_ptr<JobWatch> JobWatch::make(const Options& options, const ClientInfo& info,
                                         std::shared_ptr<EventLog> events, bool is_alone) {
  if (!wants_events(options)) return nullptr;
  return std::unique_ptr<JobWatch>(new JobWatch(options, info, std::move(events), is_alone));
}

JobWatch::JobWatch(const Options& options, const ClientInfo& info, std::shared_ptr<EventLog> events,
                   bool is_alone)
    : events_(std::move(events)),
      is_alone_(is_alone),
      planning_(events_->lane("planning")),
      record_(facts_of(options, info, *events_), [log = events_] { return log->now_ns(); }),
      report_(options.report),
      metrics_(options.metrics) {
  set_log_reader([this](LogLevel level, const std::string& line) {
    record_.log({.at_ns = record_.now_ns(), .level = std::string(name_of(level)), .text = line});
  });
  std::vector<StateTeller::Listener> listeners;
  if (!options.watch.empty()) {
    file_.emplace(options.watch);
    listeners.push_back([this](const StateFeed::Text& state, bool) { file_->write(*state + '\n'); });
  }
  if (options.dashboard >= 0) {
    open_dashboard(options);
    listeners.push_back(
        [this](const StateFeed::Text& state, bool is_last) { feed_.publish(state, is_last); });
  }
  if (!report_.empty()) {
    check_report(report_);
    listeners.push_back([this](const StateFeed::Text& state, bool is_last) {
      if (is_last) write_report(*state);
    });
  }
  if (!metrics_.empty()) {
    const ReplacedFile probe(kMetricsOption, metrics_);
    listeners.push_back([this](const StateFeed::Text&, bool) { write_metrics(); });
  }
  if (!options.trace.empty() || !options.tasks.empty()) {
    std::vector<std::string> hosts;
    for (const RankSummary& rank : info.ranks) hosts.push_back(rank.host);
    files_.emplace(options, hosts);
  }
  teller_.emplace([this] { return state(); }, std::move(listeners));
}

// Tells the address where nobody else can read it: on the terminal, or in a file of the user's own.
void JobWatch::open_dashboard(const Options& options) {
  server_.emplace(options.dashboard, page_text(), feed_);
  const std::string where = tunnel_text(server_->port(), host_name());
  if (is_terminal(STDERR_FILENO)) {
    std::cerr << fmt::format("bask: the dashboard is at {}\nbask: from elsewhere, first: {}", server_->url(),
                             where)
              << std::endl;
    return;
  }
  const std::filesystem::path folder = options.watch.empty() ? "." : options.watch;
  address_.emplace(folder / fmt::format("bask-dashboard-{}-{}.url", host_name(), getpid()), 0600);
  const std::string line = server_->url() + '\n';
  const bool is_told =
      address_->is_open() && write_at(address_->descriptor(), 0, std::as_bytes(std::span(line))).error == 0;
  if (!is_told)
    throw Error("--bask-dashboard", "its address cannot be written to " + address_->path().string(),
                "start it where you may write, or on a terminal", ExitCode::kUsage);
  log_job_line(LogLevel::kInfo, fmt::format("the address of the dashboard is in {}, which only you can read; "
                                            "from elsewhere, first: {}",
                                            address_->path().string(), where));
}

void JobWatch::write_report(const std::string& state) {
  try {
    ReplacedFile file("--bask-report", report_);
    file.write(page_with_state(state));
    file.put_in_place();
  } catch (const Error& error) {  // the job has ended, whatever becomes of its report
    log_job_line(LogLevel::kWarning, error.what());
  }
}

void JobWatch::write_metrics() {
  try {
    std::string text;
    record_.read([&](const JobKnowledge& known) { text = metrics_text(known); });
    ReplacedFile file(kMetricsOption, metrics_);
    file.write(text);
    file.put_in_place();
  } catch (const Error& error) {
    if (!std::exchange(has_metrics_failed_, true)) log_job_line(LogLevel::kWarning, error.what());
  }
}

std::string JobWatch::state() {
  collect();
  std::string text;
  record_.read([&](const JobKnowledge& known) { text = state_text(known); });
  return text;
}

void JobWatch::end(int exit_code) {
  if (!teller_) return;
  record_.add(0, events_->collect(kNoActivity));
  record_.end_job(exit_code);
  teller_.reset();
  if (files_) files_->write();
  server_.reset();
  address_.reset();
}

JobWatch::~JobWatch() {
  teller_.reset();
  server_.reset();
  set_log_reader({});
}

void JobWatch::collect() {
  if (is_alone_) record_.add(0, events_->collect(kNoActivity));
}

void JobWatch::begin_running(std::uint32_t run, const Plan& plan) {
  std::vector<GroupFacts> groups;
  for (const TaskGroup& group : plan.groups) groups.push_back({.layer = group.layer});
  const auto read = [&](std::uint32_t reader, std::uint32_t input) {
    std::vector<std::uint32_t>& inputs = groups[reader].inputs;
    if (std::ranges::find(inputs, input) == inputs.end()) inputs.push_back(input);
  };
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    const std::uint32_t group = plan.group[position];
    ++groups[group].tasks;
    for (const Source source : plan.inputs_of(position)) {
      if (!source.is_constant() && plan.group[source.index()] != group)
        read(group, plan.group[source.index()]);
    }
  }
  record_.begin_running(groups, run, small_graph(plan));
  if (files_) files_->begin_run(run, plan);
}

NamedRun::NamedRun(JobWatch* watch, const Plan& plan, const TaskGraph& graph,
                   std::span<const std::uint32_t> rank_of_unit)
    : watch_(watch) {
  if (watch_ == nullptr) return;
  watch_->record().set_task_names(std::make_shared<PlannedTasks>(plan, graph, rank_of_unit));
}

NamedRun::~NamedRun() {
  if (watch_ != nullptr) watch_->record().set_task_names(nullptr);
}

WatchedCompute::WatchedCompute(JobWatch* watch) : watch_(watch) {
  if (watch_ != nullptr) watch_->record().begin_compute();
}

void WatchedCompute::fail(const std::exception& error) {
  if (watch_ == nullptr) return;
  const auto* const stopped = dynamic_cast<const Error*>(&error);
  const bool is_stop = stopped != nullptr && stopped->exit_code() != ExitCode::kTaskFailed;
  state_ = is_stop ? ComputeState::kStopped : ComputeState::kFailed;
  watch_->record().error(std::nullopt, message_with_causes(error));
}

WatchedCompute::~WatchedCompute() {
  if (watch_ == nullptr) return;
  watch_->collect();
  watch_->record().end_compute(state_);
}

}  // namespace bask
