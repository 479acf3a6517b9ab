#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/system/bounded_command.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace bask {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBetweenLooks{10};

std::string system_text(int error) {
  return std::generic_category().message(error);
}

// posix_spawnp would search this process's PATH.
std::string find_program(const std::string& name, const Environment& environment) {
  if (name.find('/') != name.npos) return name;
  const auto path = environment.find("PATH");
  std::string_view left = path == environment.end() ? "" : std::string_view(path->second);
  while (!left.empty()) {
    const std::string_view directory = left.substr(0, left.find(':'));
    left.remove_prefix(std::min(left.size(), directory.size() + 1));
    const std::string file = fmt::format("{}/{}", directory, name);
    std::error_code failure;
    if (!directory.empty() && std::filesystem::is_regular_file(file, failure) &&
        access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return {};
}

// The end of a pipe that this process reads.
class Reader {
 public:
  explicit Reader(int descriptor) : descriptor_(descriptor) {
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
  }
  ~Reader() { close(descriptor_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Takes what is there.
  void read_some() {
    std::array<char, 4096> piece;
    while (!at_end_) {
      const ssize_t size = read(descriptor_, piece.data(), piece.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      at_end_ = size <= 0;
      if (size > 0) keep({piece.data(), static_cast<std::size_t>(size)});
      if (size > 0 && text_.size() == kMostOutputBytes) return;  // who writes without end is looked at again
    }
  }
  pollfd wanted() const { return {at_end_ ? -1 : descriptor_, POLLIN, 0}; }
  std::string& text() { return text_; }

 private:
  void keep(std::string_view piece) {
    text_.append(piece.substr(0, std::min(piece.size(), kMostOutputBytes - text_.size())));
  }

  int descriptor_;
  bool at_end_ = false;
  std::string text_;
};

// What the program starts with: files, signals and a process group of its own.
class Setup {
 public:
  Setup(int output, int errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    close_others();
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Setup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  // Returns 0 or an error of the system.
  int start(pid_t& child, const std::string& program, std::vector<std::string> arguments,
            const Environment& environment) const {
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(fmt::format("{}={}", name, value));
    return posix_spawn(&child, program.c_str(), &actions_, &attributes_, pointers(arguments).data(),
                       pointers(variables).data());
  }

 private:
  // Those of MPI, for one, are open in the program otherwise. One that has gone by then does no harm.
  void close_others() {
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failure)) {
      const std::string name = entry.path().filename();
      int descriptor = 0;
      std::from_chars(name.data(), name.data() + name.size(), descriptor);
      if (descriptor > STDERR_FILENO) posix_spawn_file_actions_addclose(&actions_, descriptor);
    }
  }
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// How the child ended, if it has. -1: another part of the program has taken its end.
std::optional<int> look_after(pid_t child) {
  int status = 0;
  const pid_t ended = waitpid(child, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  return ended < 0 ? -1 : status;
}

// A program that hangs in the system, as on a file server that is gone, is left behind after a second.
void kill_group(pid_t child) {
  kill(-child, SIGKILL);
  const auto deadline = Clock::now() + std::chrono::milliseconds(900);
  while (!look_after(child) && Clock::now() < deadline) std::this_thread::sleep_for(kBetweenLooks);
}

std::optional<int> wait_and_read(pid_t child, Clock::time_point deadline, Reader& output, Reader& errors) {
  while (true) {
    const std::optional<int> status = look_after(child);
    output.read_some();
    errors.read_some();
    if (status || Clock::now() >= deadline) return status;
    std::array<pollfd, 2> wanted{output.wanted(), errors.wanted()};
    if (poll(wanted.data(), wanted.size(), static_cast<int>(kBetweenLooks.count())) > 0 &&
        ((wanted[0].revents | wanted[1].revents) & POLLIN) == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // it has closed its output, and goes on
    }
  }
}

std::string how_it_failed(int status, std::string_view said) {
  std::string text = status == -1          ? "ended unseen"
                     : WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                                           : fmt::format("failed with code {}", WEXITSTATUS(status));
  said = said.substr(0, std::min(said.find('\n'), std::size_t{300}));
  return said.empty() ? text : fmt::format("{}: {}", text, said);
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

}  // namespace

Environment command_environment(Environment environment) {
  std::erase_if(environment, [](const auto& variable) {
    return starts_with_any(variable.first,
                           {"OMPI_", "PMI", "PRTE_", "OPAL_", "HYDRA_", "MPIR_", "SQUEUE_"}) ||
           variable.first == "LD_PRELOAD" || variable.first == "SLURM_CLUSTERS";
  });
  environment["LC_ALL"] = "C";
  return environment;
}

CommandResult run_command(const std::vector<std::string>& arguments, const Environment& environment,
                          std::chrono::milliseconds time_limit) {
  const auto deadline = Clock::now() + time_limit;
  const std::string program = find_program(arguments.at(0), environment);
  if (program.empty()) return {.problem = "is not in PATH"};
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0) return {.problem = "cannot be started: " + system_text(errno)};
  Reader output(out[0]);
  if (pipe2(err.data(), O_CLOEXEC) != 0) {
    const int error = errno;
    close(out[1]);
    return {.problem = "cannot be started: " + system_text(error)};
  }
  Reader errors(err[0]);
  pid_t child = 0;
  const int error = Setup(out[1], err[1]).start(child, program, arguments, environment);
  close(out[1]);
  close(err[1]);
  if (error != 0) return {.problem = "cannot be started: " + system_text(error)};
  const std::optional<int> status = wait_and_read(child, deadline, output, errors);
  if (!status) {
    kill_group(child);
    return {.output = std::move(output.text()),
            .problem = fmt::format("did not end within {} ms", time_limit.count())};
  }
  if (*status == 0) return {.succeeded = true, .output = std::move(output.text())};
  return {.output = std::move(output.text()), .problem = how_it_failed(*status, errors.text())};
}

}  // namespace bask
