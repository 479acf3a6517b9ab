#include <bask/run.hpp>

#include <bask/cluster/launch.hpp>
#include <bask/core/environment.hpp>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/execution/crash_report.hpp>
#include <bask/execution/interrupt.hpp>
#include <bask/execution/kept_memory.hpp>
#include <bask/execution/task_error.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/numerics_text.hpp>
#include <bask/rank_session.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace bask {
namespace {

int report(const std::string& message, ExitCode code) {
  std::cout.flush();
  std::cerr << "bask: error: " << message << std::endl;
  return static_cast<int>(code);
}

// The one whose program runs in this process, which std::exit must find.
std::atomic<Client*> running{nullptr};

void end_at_exit(int exit_code) {
  Client* const client = running.exchange(nullptr);
  if (client != nullptr && !running_a_task()) client->give_up(exit_code);
}

void end_when_exiting() {
#if defined(__GLIBC__)
  static const int registered = on_exit([](int exit_code, void*) { end_at_exit(exit_code); }, nullptr);
#else
  static const int registered = std::atexit([] { end_at_exit(static_cast<int>(ExitCode::kTaskFailed)); });
#endif
  (void)registered;
}

int run_here(const Options& options, const std::function<int(Client&)>& program) {
  set_up_log({.level = options.log_level, .file = options.log_file});
  const CrashWatch watch;
  std::optional<Client> client;
  const int code = report_errors([&] {
    client.emplace(options);
    end_when_exiting();
    running = &*client;
    return program(*client);
  });
  running = nullptr;
  if (client) client->finish(code);
  return code;
}

}  // namespace

int report_errors(const std::function<int()>& body) {
  try {
    return body();
  } catch (const TaskError& error) {
    return report(error.what(), error.exit_code());  // says what was thrown
  } catch (const Error& error) {
    return report(message_with_causes(error), error.exit_code());
  } catch (const std::exception& error) {
    return report(message_with_causes(error), ExitCode::kTaskFailed);
  } catch (...) {
    return report(describe_current_exception(), ExitCode::kTaskFailed);
  }
}

int run_program(int& argc, char** argv, const std::function<int(Client&)>& program) {
  set_one_thread_variables();
  keep_freed_memory();
  Launch launch;
  try {
    launch = find_launch(process_environment());
  } catch (const LonelyTaskError& error) {
    if (error.task() != 0) return static_cast<int>(error.exit_code());
    return report(error.what(), error.exit_code());
  }
  const bool speaks = !launch.needs_mpi() || launch.rank == 0;
  // Before MPI_Init, which leaves the handlers that it finds.
  install_crash_report(launch.needs_mpi() ? launch.rank : -1, host_name());
  LoadedOptions loaded;
  std::string bad_option;
  try {
    loaded = load_options(argc, argv);
  } catch (const Error& error) {
    if (!launch.needs_mpi()) return report(error.what(), error.exit_code());
    bad_option = error.what();  // perhaps on this rank alone: the others must hear of it
  }
  if (loaded.request != Request::kRun) {
    if (loaded.request == Request::kVersion) loaded.text += libraries_text();
    if (speaks) std::cout << loaded.text;
    return static_cast<int>(ExitCode::kDone);
  }
  // From before MPI is initialised, which takes a while, until the process is gone: a run that is done must
  // not end by the signal that says that time is running out.
  static const StopNotice* stop_notice = nullptr;
  if (!loaded.options.checkpoint.empty() && stop_notice == nullptr) stop_notice = new StopNotice();
  if (launch.needs_mpi()) return run_ranks(loaded.options, bad_option, launch, program);
  return report_errors([&] { return run_here(loaded.options, program); });
}

}  // namespace bask
