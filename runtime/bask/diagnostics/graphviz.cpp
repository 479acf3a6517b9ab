#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/diagnostics/graphviz.hpp>
#include <bask/diagnostics/utf8_text.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

extern char** environ;

namespace bask {
namespace {

constexpr const char* kWhere = "visualize";
constexpr const char* kInstead = "write a .dot file, which needs no Graphviz, and draw it elsewhere";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Error system_error(const std::string& what, int error) {
  return Error(kWhere, fmt::format("{}: {}", what, std::generic_category().message(error)), kInstead);
}

// A file without a name: unlike a pipe, it takes any amount while nobody reads.
File scratch_file() {
  File file(std::tmpfile());
  if (file == nullptr) throw system_error("cannot make a temporary file", errno);
  return file;
}

// What the program starts with: its three files, and signals as if Bask had not touched them.
class Setup {
 public:
  Setup(int input, int output, int errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGCHLD}) sigaddset(&defaults, signal);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Setup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  pid_t start(std::vector<std::string> arguments) const {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, argv[0], &actions_, &attributes_, argv.data(), environ);
    if (error == ENOENT) {
      throw Error(
          kWhere, "there is no program 'dot' in PATH, which draws the picture",
          "install graphviz (Debian: apt install graphviz), or write a .dot file and draw it elsewhere");
    }
    if (error != 0) throw system_error("cannot start 'dot'", error);
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw system_error("cannot learn how 'dot' ended", errno);
  }
  return status;
}

std::string beginning_of(std::FILE* file) {
  std::array<char, 400> text;
  std::rewind(file);
  const std::size_t read = std::fread(text.data(), 1, text.size(), file);
  const std::string said = printable(std::string_view(text.data(), read));
  return said.substr(0, said.find_last_not_of(' ') + 1);
}

}  // namespace

void run_graphviz(std::string_view text, const std::string& format, int output) {
  const File input = scratch_file(), errors = scratch_file();
  const bool written = std::fwrite(text.data(), 1, text.size(), input.get()) == text.size() &&
                       std::fflush(input.get()) == 0 && std::fseek(input.get(), 0, SEEK_SET) == 0;
  if (!written) throw system_error("cannot write a temporary file", errno);
  std::vector<std::string> arguments{"dot", "-T" + format};
  if (format == "png") arguments.push_back("-Gdpi=144");  // legible on today's screens
  const Setup setup(::fileno(input.get()), output, ::fileno(errors.get()));
  const int status = wait_for(setup.start(std::move(arguments)));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string end = WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                                              : fmt::format("failed with code {}", WEXITSTATUS(status));
  const std::string said = beginning_of(errors.get());
  throw Error(kWhere, said.empty() ? fmt::format("'dot' {}", end) : fmt::format("'dot' {}: {}", end, said),
              kInstead);
}

}  // namespace bask
