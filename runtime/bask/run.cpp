#include <bask/run.hpp>

#include <bask/at_exit.hpp>
#include <bask/core/environment.hpp>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/launch/launch.hpp>
#include <bask/launch/launcher_life.hpp>
#include <bask/launch/memory_share.hpp>
#include <bask/launch/start_watch.hpp>
#include <bask/numerics_text.hpp>
#include <bask/plan_only.hpp>
#include <bask/profile_machine.hpp>
#include <bask/rank_session.hpp>
#include <bask/replay.hpp>
#include <bask/safety/crash_report.hpp>
#include <bask/safety/interrupt.hpp>
#include <bask/safety/task_error.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/kept_memory.hpp>
#include <bask/system/memory_limit.hpp>

#include <iostream>
#include <optional>

namespace bask {
namespace {

int report(const std::string& message, ExitCode code) {
  std::cout.flush();
  std::cerr << "bask: error: " << message << std::endl;
  return static_cast<int>(code);
}

int run_here(const Options& options, const std::function<int(Client&)>& program) {
  set_up_log({.level = options.log_level, .file = options.log_file});
  const CrashWatch watch;
  std::optional<Client> client;
  std::optional<Interruptible> interruptible;
  // With a checkpoint, a signal between computations stops the next one.
  if (!options.checkpoint.empty()) interruptible.emplace();
  int code = report_errors([&] {
    client.emplace(options);
    keep_to({client->info().memory_limit, client->info().memory_margin});
    const auto give_up = [&](int exit_code) { client->give_up(exit_code); };
    const AtExit at_exit({.in_order = give_up, .at_once = give_up});
    return program(*client);
  });
  code = seen_exit_code(code, options);
  if (client) client->finish(code);
  return code;
}

}  // namespace

int report_errors(const std::function<int()>& body) {
  try {
    return body();
  } catch (const TaskError& error) {
    return report(error.what(), error.exit_code());  // its text includes its causes
  } catch (const Error& error) {
    return report(message_with_causes(error), error.exit_code());
  } catch (const std::exception& error) {
    return report(message_with_causes(error), ExitCode::kTaskFailed);
  } catch (...) {
    return report(describe_current_exception(), ExitCode::kTaskFailed);
  }
}

int seen_exit_code(int code, const Options& options) {
  if (code != static_cast<int>(ExitCode::kDone) || !launcher_is_gone()) return code;
  const std::string happened = "the launcher is gone, and what was printed may have reached nobody";
  if (options.checkpoint.empty()) return report(happened, static_cast<ExitCode>(kLostExitCode));
  return report(happened + ": start it again, what is kept is in '" + options.checkpoint + "'",
                ExitCode::kResumable);
}

int run_program(int& argc, char** argv, const std::function<int(Client&)>& program) {
  set_one_thread_variables();
  Launch launch;
  try {
    launch = find_launch(process_environment());
  } catch (const TasksWithoutPmixError& error) {
    if (error.task() != 0) return static_cast<int>(error.exit_code());
    return report(error.what(), error.exit_code());
  }
  remember_launcher(launch);
  const bool speaks = !launch.needs_mpi() || launch.rank == 0;
  // Before MPI_Init, which leaves existing signal handlers alone.
  install_crash_report(launch.needs_mpi() ? launch.rank : -1, host_name());
  LoadedOptions loaded;
  std::string bad_option;
  try {
    loaded = load_options(argc, argv);
  } catch (const Error& error) {
    if (!launch.needs_mpi()) return report(error.what(), error.exit_code());
    bad_option = error.what();  // perhaps wrong on this rank alone: run_ranks tells the others
  }
  if (loaded.request != Request::kRun) {
    if (loaded.request == Request::kVersion) loaded.text += libraries_text();
    if (speaks) std::cout << loaded.text;
    return static_cast<int>(ExitCode::kDone);
  }
  if (loaded.options.plan) loaded.options = without_traces(std::move(loaded.options));
  if (!loaded.options.replay.empty()) {
    // A launcher's only process is like one without a launcher.
    if (!launch.needs_mpi()) return report_errors([&] { return replay(loaded.options); });
    if (bad_option.empty()) {
      bad_option =
          "--bask-replay: a task is run alone, and this is a job of several ranks; start the program without "
          "mpirun or srun";
    }
  }
  const bool profiles = !loaded.options.profile_machine.empty();
  if (profiles) loaded.options = options_of_profile(std::move(loaded.options));
  const std::function<int(Client&)>& body = profiles ? profile_machine : program;
  // Lives from before MPI_Init, which takes a while, until the process is gone (so it is never deleted):
  // SIGUSR1, which says that time is running out, must not kill a run that is done.
  static const StopNotice* stop_notice = nullptr;
  if (!loaded.options.checkpoint.empty() && stop_notice == nullptr) stop_notice = new StopNotice();
  // Before MPI_Init, which starts threads. The limit of the rank, which is known later, may be smaller.
  const Options& options = loaded.options;
  keep_freed_memory(options.memory_limit != 0 ? options.memory_limit : memory_limit());
  if (launch.needs_mpi()) return run_ranks(loaded.options, bad_option, launch, body);
  return report_errors([&] { return run_here(loaded.options, body); });
}

}  // namespace bask
