#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/system/bounded_command.hpp>
#include <bask/system/child_process.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/launcher_variables.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
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
  explicit Reader(FileDescriptor end) : end_(std::move(end)) {
    fcntl(end_.number(), F_SETFL, fcntl(end_.number(), F_GETFL) | O_NONBLOCK);
  }

  // Takes what is there.
  void read_some() {
    std::array<char, 4096> piece;
    while (!at_end_) {
      const ssize_t size = read(end_.number(), piece.data(), piece.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      at_end_ = size <= 0;
      if (size > 0) keep({piece.data(), static_cast<std::size_t>(size)});
      if (size > 0 && text_.size() == kMostOutputBytes) return;  // the program might write without end
    }
  }
  pollfd wanted() const { return {at_end_ ? -1 : end_.number(), POLLIN, 0}; }
  std::string& text() { return text_; }

 private:
  void keep(std::string_view piece) {
    text_.append(piece.substr(0, std::min(piece.size(), kMostOutputBytes - text_.size())));
  }

  FileDescriptor end_;
  bool at_end_ = false;
  std::string text_;
};

// The child's status once it has ended. -1: another part of this process has waited for it already.
std::optional<int> look_after(pid_t child) {
  int status = 0;
  const pid_t ended = waitpid(child, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  return ended < 0 ? -1 : status;
}

// A program that hangs in a system call, as on a file server that is gone, is left behind after a second.
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
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // it has closed its output but goes on
    }
  }
}

std::string how_it_failed(int status, std::string_view said) {
  const std::string text = status == -1 ? "ended unseen" : end_text(status);
  said = said.substr(0, std::min(said.find('\n'), std::size_t{300}));
  return said.empty() ? text : fmt::format("{}: {}", text, said);
}

std::vector<std::string> words_of(const std::string& program, std::vector<std::string> arguments) {
  arguments[0] = program;
  return arguments;
}

std::vector<std::string> variables_of(const Environment& environment) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

}  // namespace

Environment command_environment(Environment environment) {
  std::erase_if(environment, [](const auto& variable) {
    const std::string& name = variable.first;
    return is_of_mpi_launcher(name) || name.starts_with("SQUEUE_") || name == "LD_PRELOAD" ||
           name == "SLURM_CLUSTERS";
  });
  environment["LC_ALL"] = "C";
  return environment;
}

CommandResult run_command(const std::vector<std::string>& arguments, const Environment& environment,
                          std::chrono::milliseconds time_limit) {
  const auto deadline = Clock::now() + time_limit;
  const std::string program = find_program(arguments.at(0), environment);
  if (program.empty()) return {.problem = "is not in PATH"};
  Pipe out = open_pipe(), err = out.reading.is_open() ? open_pipe() : Pipe();
  if (!err.reading.is_open()) return {.problem = "cannot be started: " + error_text(errno)};
  Reader output(std::move(out.reading)), errors(std::move(err.reading));
  const auto [child, error] = start_child({.words = words_of(program, arguments),
                                           .variables = variables_of(environment),
                                           .output = out.writing.number(),
                                           .errors = err.writing.number()});
  if (error != 0) return {.problem = "cannot be started: " + error_text(error)};
  out.writing.close();
  err.writing.close();
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
