#include <pthread.h>
#include <unistd.h>
#include <bask/cluster/start_watch.hpp>
#include <bask/core/units.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace bask {
namespace {

constexpr std::chrono::hours kLongest{24 * 365};  // added to the clock, more could overflow

// By system calls alone: the thread that hangs may hold the locks of stdio and of exit handlers.
[[noreturn]] void give_up(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  _exit(static_cast<int>(ExitCode::kTaskFailed));
}

}  // namespace

std::string start_timeout_text(std::chrono::nanoseconds timeout, const Launch& launch,
                               const std::string& host) {
  const std::string ranks = launch.size > 0 ? fmt::format("{} ranks", launch.size) : "ranks";
  return fmt::format(
      "bask: error: rank {} ({}) has waited {} in MPI_Init for all {} to start; one never started, or hosts "
      "cannot reach each other: see what {} said, and try OMPI_MCA_btl_tcp_if_include with the cluster's own "
      "network; to wait longer say --bask-start-timeout={}\n",
      launch.rank, host, format_duration(timeout), ranks,
      launch.by == Launch::By::kSrunPmix ? "srun" : "the launcher", spell_duration(2 * timeout));
}

StartWatch::StartWatch(std::chrono::nanoseconds timeout, const Launch& launch, const std::string& host) {
  if (timeout.count() == 0) return;
  timeout = std::min<std::chrono::nanoseconds>(timeout, kLongest);
  // Made beforehand, as memory may be locked by the thread that hangs.
  std::string text = start_timeout_text(timeout, launch, host);
  sigset_t all, before;  // signals go to the program's own threads
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this, timeout, text = std::move(text)] {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, timeout, [&] { return arrived_; })) give_up(text);
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

StartWatch::~StartWatch() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    arrived_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace bask
