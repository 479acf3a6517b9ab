#include "process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace farm {
namespace {

// Process group and resident pages of one process, as /proc/<pid>/stat has them.
struct ProcessMemory {
  int group = 0;
  long pages = 0;
};

ProcessMemory look_at(int proc, const char* pid) {
  char path[300], text[1024];
  std::snprintf(path, sizeof(path), "%s/stat", pid);
  const int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};  // it has ended meanwhile
  const ssize_t size = read(fd, text, sizeof(text) - 1);
  close(fd);
  if (size <= 0) return {};
  text[size] = 0;
  // The second field is the program's name in parentheses, which may have any character in it.
  const char* const rest = std::strrchr(text, ')');
  ProcessMemory memory;
  if (rest == nullptr) return {};
  const int read_fields =
      std::sscanf(rest + 1,
                  " %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
                  "%*u %*u %ld",
                  &memory.group, &memory.pages);
  return read_fields == 2 ? memory : ProcessMemory{};
}

}  // namespace

std::uint64_t memory_of_group(int group) {
  DIR* const processes = opendir("/proc");
  if (processes == nullptr) return 0;
  long pages = 0;
  while (const dirent* const entry = readdir(processes)) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    const ProcessMemory memory = look_at(dirfd(processes), entry->d_name);
    if (memory.group == group) pages += memory.pages;
  }
  closedir(processes);
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace farm
