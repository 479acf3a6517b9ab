#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/system/child_process.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <thread>

namespace bask {
namespace {

#if defined(__GLIBC_PREREQ)
#define BASK_HAS_CLOSEFROM __GLIBC_PREREQ(2, 34)
#else
#define BASK_HAS_CLOSEFROM 0
#endif

// The files that the program begins with. `error` is that of the first step that failed, or 0.
class FileActions {
 public:
  explicit FileActions(const ChildSpec& spec) {
    keep(posix_spawn_file_actions_init(&actions_));
    if (error_ != 0) return;
    if (spec.input < 0) {
      keep(posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    } else {
      keep(posix_spawn_file_actions_adddup2(&actions_, spec.input, STDIN_FILENO));
    }
    keep(posix_spawn_file_actions_adddup2(&actions_, spec.output, STDOUT_FILENO));
    keep(posix_spawn_file_actions_adddup2(&actions_, spec.errors, STDERR_FILENO));
    close_others();
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }
  int error() const { return error_; }

 private:
  void keep(int error) {
    if (error_ == 0) error_ = error;
  }
  // Otherwise the program would inherit this process's other files, such as those of MPI.
  void close_others() {
#if BASK_HAS_CLOSEFROM
    keep(posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
#else
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failure)) {
      const std::string name = entry.path().filename();
      int descriptor = 0;
      std::from_chars(name.data(), name.data() + name.size(), descriptor);
      // A descriptor that is closed by the time the program starts does no harm.
      if (descriptor > STDERR_FILENO) keep(posix_spawn_file_actions_addclose(&actions_, descriptor));
    }
#endif
  }

  posix_spawn_file_actions_t actions_;
  int error_ = 0;
};

class Attributes {
 public:
  explicit Attributes(bool has_own_group) {
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    const int group = has_own_group ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// As posix_spawn takes them; it does not write to them.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

StartedChild start_child(const ChildSpec& spec) {
  const FileActions actions(spec);
  if (actions.error() != 0) return {.error = actions.error()};
  const Attributes attributes(spec.has_own_group);
  const std::vector<char*> words = pointers_to(spec.words);
  const std::vector<char*> variables = spec.variables ? pointers_to(*spec.variables) : std::vector<char*>();
  StartedChild started;
  started.error = posix_spawnp(&started.pid, words[0], actions.get(), attributes.get(), words.data(),
                               spec.variables ? variables.data() : environ);
  if (started.error != 0) started.pid = -1;
  return started;
}

std::optional<int> wait_for_end(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  return status;
}

bool ends_before(pid_t child, std::chrono::steady_clock::time_point deadline) {
  constexpr std::chrono::microseconds kFirstPause{50}, kLongestPause{5000};
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    siginfo_t state{};
    const int asked = waitid(P_PID, static_cast<id_t>(child), &state, WEXITED | WNOHANG | WNOWAIT);
    if (asked == 0 ? state.si_pid != 0 : errno != EINTR)
      return true;  // an error: it was waited for elsewhere
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(pause, deadline - now));
  }
}

std::string end_text(int status) {
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("failed with code {}", WEXITSTATUS(status));
}

}  // namespace bask
