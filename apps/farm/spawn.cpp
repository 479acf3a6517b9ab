#include "spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>
#include <bask/core/error.hpp>

#include <csignal>
#include <cstring>
#include <system_error>

#if !defined(__GLIBC_PREREQ)
#define __GLIBC_PREREQ(major, minor) 0
#endif
#if !__GLIBC_PREREQ(2, 34)
#include <dirent.h>
#include <cstdlib>
#endif

namespace farm {
namespace {

void check(int error, const char* what) {
  if (error == 0) return;
  throw bask::Error("farm", std::string(what) + ": " + std::generic_category().message(error),
                    "raise the limits of open files and processes (ulimit -n, ulimit -u)");
}

class Actions {
 public:
  explicit Actions(int output_fd) {
    check(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init");
    check(posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0), "addopen");
    check(posix_spawn_file_actions_adddup2(&actions_, output_fd, 1), "adddup2");
    check(posix_spawn_file_actions_adddup2(&actions_, output_fd, 2), "adddup2");
    close_others();
  }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
#if __GLIBC_PREREQ(2, 34)
  void close_others() {
    check(posix_spawn_file_actions_addclosefrom_np(&actions_, 3), "addclosefrom_np");
  }
#else
  // Whatever libraries have opened is marked to close itself.
  static void close_others() {
    DIR* const open_ones = opendir("/proc/self/fd");
    if (open_ones == nullptr) return;
    while (const dirent* const entry = readdir(open_ones)) {
      const int fd = std::atoi(entry->d_name);
      if (fd > 2) fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    closedir(open_ones);
  }
#endif
  posix_spawn_file_actions_t actions_;
};

// A process group of its own, no blocked signal, and every signal as the system begins with.
class Attributes {
 public:
  Attributes() {
    check(posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    check(posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
          "posix_spawnattr_setflags");
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Spawned spawn(const std::vector<std::string>& words, char* const* environment, int output_fd) {
  const Actions actions(output_fd);
  static const Attributes attributes;
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Spawned spawned;
  spawned.error = posix_spawnp(&spawned.pid, arguments[0], actions.get(), attributes.get(), arguments.data(),
                               environment);
  if (spawned.error != 0) spawned.pid = -1;
  return spawned;
}

}  // namespace farm
