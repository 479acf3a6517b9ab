#include "farm_run.hpp"

#include "command_file.hpp"
#include "dependencies.hpp"
#include "log_directory.hpp"
#include "reports.hpp"
#include "results_file.hpp"
#include "run_command.hpp"

#include <bask/collections/delayed.hpp>
#include <bask/core/error.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/safety/task_error.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>

namespace farm {
namespace {

// Throws when a command needs more cores than the smallest rank has; ranks that run no tasks do not count.
void check_cores(const std::vector<Command>& commands, const bask::ClientInfo& info) {
  std::size_t smallest = info.ranks.size();
  for (std::size_t rank = 0; rank < info.ranks.size(); ++rank) {
    if (info.ranks[rank].threads == 0) continue;
    if (smallest == info.ranks.size() || info.ranks[rank].threads < info.ranks[smallest].threads)
      smallest = rank;
  }
  if (smallest == info.ranks.size()) return;
  const unsigned most = info.ranks[smallest].threads;
  for (const Command& command : commands) {
    if (command.needs.cores <= most) continue;
    throw bask::Error("farm: " + command.where,
                      "command " + title_of(command) + " wants " + std::to_string(command.needs.cores) +
                          " cores, and rank " + std::to_string(smallest) + " (" + info.ranks[smallest].host +
                          ") has " + std::to_string(most),
                      "give each rank more cores (fewer ranks per node, mpirun --map-by slot:PE=" +
                          std::to_string(command.needs.cores) + ", or --bask-threads), or ask for fewer",
                      bask::ExitCode::kUsage);
  }
}

RankSettings rank_settings(const Settings& settings, const FarmLog& log, const bask::ClientInfo& info) {
  RankSettings ranks{.directory = std::filesystem::absolute(log.directory).string(),
                     .start = log.starts + 1,
                     .kept_variables = settings.kept_variables};
  for (const bask::RankSummary& rank : info.ranks) ranks.cores.push_back(rank.threads);
  return ranks;
}

// A task for each command that has no result yet. Its key is made from the command and its attempt, so that
// the journal finds it again in another start.
std::vector<bask::Delayed<CommandResult>> add_commands(const FarmLog& log) {
  std::vector<bask::Delayed<CommandResult>> all;
  std::map<std::uint32_t, bask::Delayed<CommandResult>> tasks;  // by the command's number
  for (const std::size_t position : topological_order(log.commands)) {
    const Command& command = log.commands[position];
    const CommandRecord& record = log.records[position];
    if (record.is_done()) continue;
    CommandCall call{command.number, record.wanted_attempt, false,        log.id,
                     command.name,   command.text,          command.needs};
    std::vector<bask::Delayed<CommandResult>> before;
    for (const std::uint32_t number : command.after) {
      if (const auto task = tasks.find(number); task != tasks.end()) {
        before.push_back(task->second);
      } else if (log.records[number - 1].result->state != State::kSucceeded) {
        call.dependency_failed = true;
      }
    }
    const std::string label =
        command.name.empty() ? "command-" + std::to_string(command.number) : command.name;
    const auto task =
        bask::delayed<run_command>({.name = label, .pure = true, .checkpoint = true})(call, before);
    tasks.emplace(command.number, task);
    all.push_back(task);
  }
  return all;
}

// Whether a signal stopped the run: through rank 0, or through a task that noticed it first and threw.
bool is_stop(const bask::Error& error) {
  const auto* const task = dynamic_cast<const bask::TaskError*>(&error);
  if (task != nullptr) return task->failure().cause.find(kStopped) != std::string::npos;
  return error.exit_code() == bask::ExitCode::kInterrupted ||
         error.exit_code() == bask::ExitCode::kTerminated || error.exit_code() == bask::ExitCode::kResumable;
}

void write_results(const FarmLog& log) {
  write_file(log.directory / "results.csv", results_csv(log));
  write_results_hdf5(log, log.directory / "results.h5");
}

// After a stop: prints how many commands have ended. The next start goes on from there.
int report_stop(const std::filesystem::path& directory, const bask::Error& stop) {
  const FarmLog log = read_log(directory);
  const Counts counts = count(log);
  std::cout << std::flush;
  const bool is_of_task = dynamic_cast<const bask::TaskError*>(&stop) != nullptr;
  std::cerr << "farm: " << (is_of_task ? "it was told to stop" : stop.happened()) << "; " << counts.ended()
            << " of " << log.commands.size() << " commands have ended: start the same again to go on\n";
  return static_cast<int>(bask::ExitCode::kResumable);
}

int run_all(bask::Client& client, const Settings& settings, FarmLog& log) {
  check_cores(log.commands, client.info());
  const auto tasks = add_commands(log);
  if (tasks.size() < log.commands.size()) {
    std::cout << "farm: " << log.commands.size() - tasks.size() << " of " << log.commands.size()
              << " commands have ended already; " << tasks.size() << " are to be run" << std::endl;
  }
  bask::start_hdf5_everywhere();
  if (!tasks.empty()) {
    client.run<prepare_rank>(rank_settings(settings, log, client.info()));
    try {
      for (CommandResult& result : bask::compute(tasks)) {
        CommandRecord& record = log.records[result.number - 1];
        record.result = std::move(result);
      }
    } catch (const bask::Error& error) {
      if (!is_stop(error)) throw;
      return report_stop(log.directory, error);
    }
  }
  // The indices go to the disk first: they say which commands have ended; the results only repeat it.
  if (!tasks.empty()) client.run<sync_rank>();
  write_results(log);
  summarise(log, std::cout);
  const bool all_succeeded = count(log).succeeded == log.commands.size();
  return static_cast<int>(all_succeeded ? bask::ExitCode::kDone : bask::ExitCode::kTaskFailed);
}

// The given commands, or all that have ended without success, and the commands that depend on them.
std::vector<std::size_t> to_retry(const FarmLog& log, const Settings& settings) {
  std::vector<bool> again(log.commands.size(), settings.all);
  for (const std::size_t position : find_commands(log, settings.which)) again[position] = true;
  for (std::size_t i = 0; settings.which.empty() && i < again.size(); ++i) {
    if (log.records[i].is_done() && log.records[i].result->state != State::kSucceeded) again[i] = true;
  }
  std::vector<std::size_t> positions;
  for (const std::size_t position : topological_order(log.commands)) {
    const auto& after = log.commands[position].after;
    const bool follows =
        std::any_of(after.begin(), after.end(), [&](std::uint32_t n) { return again[n - 1]; });
    if (follows) again[position] = true;
    if (again[position] && log.records[position].is_done()) positions.push_back(position);
  }
  return positions;
}

int retry(bask::Client& client, const Settings& settings) {
  read_log(settings.log);  // throws when there is no log, before lock_directory makes a directory
  const bask::JournalLock lock = lock_directory(settings.log);
  FarmLog log = read_log(settings.log);
  // A job that is started again with the same arguments goes on, and does not begin a further attempt.
  const bool has_unfinished_retry =
      std::any_of(log.records.begin(), log.records.end(),
                  [](const auto& record) { return record.wanted_attempt > 1 && !record.is_done(); });
  if (has_unfinished_retry) {
    std::cout << "farm: a retry that was interrupted goes on" << std::endl;
  } else {
    const std::vector<std::size_t> positions = to_retry(log, settings);
    for (const std::size_t position : positions) {
      log.commands[position].needs = settings.needs.over(log.commands[position].needs);
    }
    want_another_attempt(log, positions);
  }
  return run_all(client, settings, log);
}

}  // namespace

std::vector<Command> commands_of(const Settings& settings) {
  const Needs needs = settings.needs.over({});
  std::vector<Command> commands;
  if (settings.commands_file == "-") {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    commands = parse_commands(text, "standard input", needs);
  } else if (!settings.commands_file.empty()) {
    commands = parse_commands(read_file(settings.commands_file), settings.commands_file, needs);
  } else {
    std::vector<Parameters> tables;
    if (!settings.csv_file.empty())
      tables.push_back(parse_csv(read_file(settings.csv_file), settings.csv_file));
    tables.insert(tables.end(), settings.parameters.begin(), settings.parameters.end());
    commands = expand_template(settings.template_words, settings.name, product(tables), needs);
  }
  resolve_dependencies(commands);
  return commands;
}

int run_farm(bask::Client& client, const Settings& settings) {
  if (settings.action == Action::kRun) {
    const std::vector<Command> commands = commands_of(settings);
    if (settings.dry_run) {
      std::cout << write_commands(commands);
      return 0;
    }
    check_cores(commands, client.info());
    const bask::JournalLock lock = lock_directory(settings.log);
    FarmLog log = open_log(settings.log, commands, settings.force);
    return run_all(client, settings, log);
  }
  return retry(client, settings);
}

}  // namespace farm
