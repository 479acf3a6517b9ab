#include "process.hpp"

#include "nursery.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

namespace farm {
namespace {

using Clock = std::chrono::steady_clock;
using Output = std::function<void(std::string_view)>;

constexpr std::chrono::milliseconds kInterval{100};  // between checks of memory and must_stop
constexpr std::chrono::seconds kGrace{5};            // between SIGTERM and SIGKILL

bask::Pipe output_pipe() {
  bask::Pipe pipe = bask::open_pipe();
  if (!pipe.reading.is_open()) {
    throw bask::Error("farm", "no pipe can be made: " + bask::error_text(errno),
                      "raise the limit of open files (ulimit -n)");
  }
  fcntl(pipe.reading.number(), F_SETFL, O_NONBLOCK);
  return pipe;
}

class RunningProcess {
 public:
  RunningProcess(const ProcessSpec& spec, const std::vector<std::string>& words, const Output& output)
      : spec_(spec), output_(output), child_(words, spec.environment, pipe_.writing.number()) {
    pipe_.writing.close();
    if (spec.time_limit_ns != 0) deadline_ = Clock::now() + std::chrono::nanoseconds(spec.time_limit_ns);
  }

  /// Waits for the last news: that the process has ended, or was not started.
  ChildNews wait() {
    while (true) {
      wait_for_news();
      read_output();
      if (const auto news = child_.news()) {
        group_ = news->group;
        if (news->kind != ChildNews::Kind::kStarted) {
          read_output();
          return *news;
        }
      }
      if (Clock::now() >= next_look_) look();
    }
  }
  const std::optional<State>& verdict() const { return verdict_; }
  bool was_stopped() const { return was_stopped_; }

 private:
  // Returns when there is output or news, or when it is time to check the limits again.
  void wait_for_news() {
    if (deadline_) next_look_ = std::min(next_look_, *deadline_);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look_ - Clock::now()).count();
    pollfd fds[2] = {{pipe_.reading.number(), POLLIN, 0}, {child_.fd(), POLLIN, 0}};
    poll(fds, 2, static_cast<int>(std::max<std::int64_t>(left, 0)));
  }

  void read_output() {
    char buffer[65536];
    while (pipe_.reading.is_open()) {
      const ssize_t count = read(pipe_.reading.number(), buffer, sizeof(buffer));
      if (count > 0) output_({buffer, static_cast<std::size_t>(count)});
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) pipe_.reading.close();  // poll ignores a closed descriptor
      // Limits are checked even when the process writes without end.
      if (Clock::now() >= next_look_) return;
    }
  }

  void look() {
    const auto now = Clock::now();
    next_look_ = now + kInterval;
    if (deadline_ && now >= *deadline_) {
      if (verdict_) {
        child_.signal(SIGKILL);
        deadline_.reset();
      } else {
        tell_to_end(State::kOutOfTime);
      }
    }
    if (!verdict_ && spec_.must_stop()) {
      was_stopped_ = true;
      tell_to_end(State::kKilled);
    }
    if (spec_.memory_bytes != 0 && group_ != 0 && memory_of_group(group_) > spec_.memory_bytes) {
      if (!verdict_) verdict_ = State::kOutOfMemory;
      child_.signal(SIGKILL);
    }
  }

  void tell_to_end(State verdict) {
    verdict_ = verdict;
    deadline_ = Clock::now() + kGrace;
    child_.signal(SIGTERM);
  }

  const ProcessSpec& spec_;
  const Output& output_;
  bask::Pipe pipe_ = output_pipe();
  Child child_;
  pid_t group_ = 0;
  std::optional<Clock::time_point> deadline_;
  Clock::time_point next_look_ = Clock::now() + kInterval;
  std::optional<State> verdict_;  // why farm ended the process
  bool was_stopped_ = false;
};

// Reports a program that could not be started as shells do.
ProcessEnd not_started(const ProcessSpec& spec, int error, const Output& output) {
  if (error == EAGAIN || error == ENOMEM) {
    throw bask::Error("farm", "no process can be started: " + bask::error_text(error),
                      "raise the limit of processes (ulimit -u), or use fewer --bask-threads");
  }
  ProcessEnd end{.state = State::kFailed};
  end.exit_code = error == ENOENT || error == ENOTDIR ? 127 : 126;
  output("farm: " + spec.words[0] + ": " + (end.exit_code == 127 ? "not found" : bask::error_text(error)) +
         "\n");
  return end;
}

ProcessEnd end_of(const RunningProcess& process, const ChildNews& news) {
  ProcessEnd end;
  const int status = news.status;
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.peak_memory_bytes = static_cast<std::uint64_t>(news.peak_kib) * 1024;
  end.user_ns = news.user_ns;
  end.system_ns = news.system_ns;
  end.was_stopped = process.was_stopped();
  end.state = end.signal != 0 ? State::kKilled : end.exit_code != 0 ? State::kFailed : State::kSucceeded;
  if (process.verdict()) end.state = *process.verdict();
  return end;
}

}  // namespace

ProcessEnd run_process(const ProcessSpec& spec, const Output& output) {
  std::vector<std::string> words = spec.words;
  while (true) {
    RunningProcess process(spec, words, output);
    const ChildNews news = process.wait();
    if (news.kind == ChildNews::Kind::kEnded) return end_of(process, news);
    const bool is_script = news.error == ENOEXEC && words.size() == spec.words.size();
    if (!is_script) return not_started(spec, news.error, output);
    // A script without #! is run by the shell.
    words = {"/bin/sh", "-c", "\"$0\" \"$@\""};
    words.insert(words.end(), spec.words.begin(), spec.words.end());
  }
}

}  // namespace farm
