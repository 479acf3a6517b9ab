#include "run_command.hpp"

#include "command_environment.hpp"
#include "core_gate.hpp"
#include "process.hpp"
#include "rank_log.hpp"
#include "shell_words.hpp"

#include <mpi.h>
#include <bask/core/error.hpp>
#include <bask/safety/interrupt.hpp>
#include <bask/system/host_name.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string_view>
#include <thread>

namespace farm {
namespace {

// The most time between the moments at which a signal for a whole job reaches a command and its rank.
constexpr std::chrono::seconds kSignalsMayDiffer{1};
constexpr std::chrono::milliseconds kBetweenLooks{20};

// State that all commands of a rank share.
struct ThisRank {
  ThisRank(const RankSettings& settings, int rank_number)
      : rank(rank_number),
        gate(std::max(settings.cores[static_cast<std::size_t>(rank_number)], std::uint32_t{1})),
        log(settings.directory, settings.start, rank_number),
        environment(command_environment(bask::process_environment(), settings.kept_variables)),
        sets_omp_threads(!bask::process_environment().contains("OMP_NUM_THREADS")) {}

  const int rank;
  const std::string host = bask::host_name();
  CoreGate gate;
  RankLog log;
  const std::vector<std::string> environment;
  const bool sets_omp_threads;
};

std::unique_ptr<ThisRank>& this_rank() {
  static std::unique_ptr<ThisRank> one;
  return one;
}

std::int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

// Whether the rank was told to end (SIGINT, SIGTERM): then running commands are ended, too.
bool must_stop() {
  return bask::received_signal() != 0;
}

// Whether the rank was told to stop: also by SIGUSR1, which lets running commands end by themselves.
bool is_told_to_stop() {
  return must_stop() || bask::StopNotice::has_come();
}

// Whether the command died by a signal that ends jobs, and not by a crash. Shells report the signal n of a
// program that they have started as exit code 128 + n.
bool may_be_a_stop(const ProcessEnd& end) {
  const int number = end.signal != 0 ? end.signal : end.exit_code - 128;
  return number == SIGUSR1 || number == SIGUSR2 || number == SIGTERM || number == SIGINT ||
         number == SIGHUP || number == SIGQUIT || number == SIGKILL;
}

bool was_interrupted(const ProcessEnd& end) {
  if (end.state == State::kSucceeded) return false;
  if (end.was_stopped) return true;
  const bool is_farms_own_doing = end.state == State::kOutOfTime || end.state == State::kOutOfMemory;
  if (is_farms_own_doing) return false;
  const auto until = std::chrono::steady_clock::now() + kSignalsMayDiffer;
  while (!is_told_to_stop()) {
    if (!may_be_a_stop(end) || std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

[[noreturn]] void refuse_to_go_on(const CommandCall& call) {
  throw bask::Error("farm", "command " + std::to_string(call.number) + " was " + kStopped,
                    "start the farm again to go on", bask::ExitCode::kTerminated);
}

std::vector<std::string> words_of(const std::string& text) {
  ShellLine line = parse_shell_line(text);
  if (line.needs_shell) return {"/bin/sh", "-c", text};
  return std::move(line.words);
}

std::vector<std::string> own_variables(const CommandCall& call, std::uint32_t a_try) {
  std::vector<std::string> variables{"FARM_NUMBER=" + std::to_string(call.number), "FARM_NAME=" + call.name,
                                     "FARM_ATTEMPT=" + std::to_string(call.attempt),
                                     "FARM_TRY=" + std::to_string(a_try),
                                     "FARM_CORES=" + std::to_string(call.needs.cores)};
  if (this_rank()->sets_omp_threads) {
    variables.push_back("OMP_NUM_THREADS=" + std::to_string(call.needs.cores));
  }
  return variables;
}

std::string title_of(const CommandCall& call) {
  return std::to_string(call.number) + (call.name.empty() ? "" : " '" + call.name + "'") + ": " +
         call.text.substr(0, 200);
}

// Runs the command once. Returns how it ended.
ProcessEnd try_once(const CommandCall& call, std::uint32_t a_try, OutputBuffer& output,
                    CommandResult& result) {
  const EnvironmentBlock environment(this_rank()->environment, own_variables(call, a_try));
  const ProcessSpec spec{.words = words_of(call.text),
                         .environment = environment.get(),
                         .memory_bytes = call.needs.memory_bytes,
                         .time_limit_ns = call.needs.time_limit_ns,
                         .must_stop = must_stop};
  result.start_ns = now_ns();
  const auto start = std::chrono::steady_clock::now();
  const ProcessEnd end = run_process(spec, [&](std::string_view text) { output.add(text); });
  const auto lasted = std::chrono::steady_clock::now() - start;
  result.end_ns = result.start_ns + std::chrono::duration_cast<std::chrono::nanoseconds>(lasted).count();
  result.tries = a_try;
  result.state = end.state;
  result.exit_code = end.exit_code;
  result.signal = end.signal;
  result.peak_memory_bytes = end.peak_memory_bytes;
  result.user_ns = end.user_ns;
  result.system_ns = end.system_ns;
  return end;
}

void run(const CommandCall& call, CommandResult& result, std::vector<Extent>& extents) {
  OutputBuffer output(this_rank()->log, title_of(call));
  const std::uint32_t most = call.needs.retries + 1;
  for (std::uint32_t a_try = 1; a_try <= most; ++a_try) {
    if (a_try > 1) {
      output.add("farm: it " + describe_end(result) + "; try " + std::to_string(a_try) + " of " +
                 std::to_string(most) + "\n");
    }
    const ProcessEnd end = try_once(call, a_try, output, result);
    if (was_interrupted(end)) {
      output.finish();
      refuse_to_go_on(call);
    }
    if (end.state == State::kSucceeded) break;
  }
  extents = output.finish();
}

}  // namespace

int prepare_rank(const RankSettings& settings) {
  int has_started = 0, rank = 0;
  MPI_Initialized(&has_started);
  if (has_started != 0) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  this_rank() = std::make_unique<ThisRank>(settings, rank);
  return rank;
}

int sync_rank() {
  this_rank()->log.sync();
  return this_rank()->rank;
}

CommandResult run_command(const CommandCall& call, bask::Inputs<CommandResult> before) {
  ThisRank& here = *this_rank();
  IndexLine line{.is_end = false, .result = {.number = call.number, .attempt = call.attempt}};
  CommandResult& result = line.result;
  result.host = here.host;
  result.rank = here.rank;
  const bool dependency_failed =
      call.dependency_failed || std::any_of(before.begin(), before.end(), [](const CommandResult& other) {
        return other.state != State::kSucceeded;
      });
  if (dependency_failed) {
    result.start_ns = result.end_ns = now_ns();
    line.is_end = true;
    here.log.note(line);
    return result;
  }
  const CoreGate::Held cores(here.gate, call.needs.cores);
  if (is_told_to_stop()) refuse_to_go_on(call);
  result.start_ns = now_ns();
  here.log.note(line);
  run(call, result, line.output);
  line.is_end = true;
  here.log.note(line);
  return result;
}

}  // namespace farm
