#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/launch/launcher_life.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <string>

namespace bask {
namespace {

struct Remembered {
  bool has_launcher = false;
  pid_t parent = 0;
  bool has_reader = false;  // stdout is a pipe or a terminal, and its other end is open
  struct stat output {};
  std::optional<std::chrono::nanoseconds> time_after_signal;
};

Remembered& remembered() {
  static Remembered one;
  return one;
}

// The program may have redirected its output since.
bool is_same_output(const struct stat& before) {
  struct stat now {};
  return fstat(STDOUT_FILENO, &now) == 0 && now.st_dev == before.st_dev && now.st_ino == before.st_ino;
}

bool is_other_end_closed() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

void remember_launcher(const Launch& launch) {
  Remembered& here = remembered();
  here.has_launcher = launch.by != Launch::By::kNone;
  here.parent = getppid();
  const bool is_known = fstat(STDOUT_FILENO, &here.output) == 0;
  here.has_reader =
      is_known && (S_ISFIFO(here.output.st_mode) || isatty(STDOUT_FILENO) != 0) && !is_other_end_closed();
  here.time_after_signal = time_after_signal(launch, process_environment());
}

bool launcher_is_gone() {
  const Remembered& here = remembered();
  if (!here.has_launcher) return false;
  const bool is_gone =
      getppid() != here.parent || (here.has_reader && is_other_end_closed() && is_same_output(here.output));
  if (is_gone) std::signal(SIGPIPE, SIG_IGN);
  return is_gone;
}

std::optional<std::chrono::nanoseconds> time_after_signal(const Launch& launch,
                                                          const Environment& environment) {
  if (launch.by != Launch::By::kMpirun) return std::nullopt;
  int seconds = 1;
  if (const auto set = environment.find("OMPI_MCA_odls_base_sigkill_timeout"); set != environment.end()) {
    std::from_chars(set->second.data(), set->second.data() + set->second.size(), seconds);
  }
  return std::chrono::seconds(2 * std::max(seconds, 0));
}

std::optional<std::chrono::nanoseconds> time_after_signal() {
  return remembered().time_after_signal;
}

}  // namespace bask
