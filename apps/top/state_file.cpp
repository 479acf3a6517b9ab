#include "state_file.hpp"

#include "terminal_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace top {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;  // the largest jobs write a few MiB

class OpenFile {
 public:
  // A pipe of that name must not block.
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

bask::Error cannot_read(const std::filesystem::path& path, int error) {
  const char* const fix =
      error == EACCES ? "ask its owner: only the job's user may read it" : "look at the directory";
  return {fmt::format("'{}'", safe_text(path.native())), std::system_category().message(error), fix};
}

bask::Error no_state_file(const std::filesystem::path& path) {
  return {fmt::format("'{}'", safe_text(path.native())), "it is no file that a job has written",
          "name the directory that the job was given as --bask-watch"};
}

std::string read_all(int descriptor, std::uint64_t bytes, const std::filesystem::path& path) {
  std::string text(bytes, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = read(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw cannot_read(path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

// The time since the file was written, by the clock of this machine.
WatchedState::Clock::duration age_of(const FileVersion& version) {
  constexpr double kMost = 1e8;  // three years
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const double age = std::clamp(now - static_cast<double>(version.written_ns) / 1e9, 0.0, kMost);
  return std::chrono::duration_cast<WatchedState::Clock::duration>(std::chrono::duration<double>(age));
}

FileVersion version_of(const struct stat& facts) {
  constexpr std::int64_t kMostSeconds = 9'000'000'000;  // what nanoseconds can count
  const std::int64_t seconds = std::clamp<std::int64_t>(facts.st_mtim.tv_sec, -kMostSeconds, kMostSeconds);
  return {.inode = facts.st_ino,
          .bytes = static_cast<std::uint64_t>(facts.st_size),
          .written_ns = seconds * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

}  // namespace

ReadState read_state(const std::filesystem::path& directory, const std::optional<FileVersion>& known) {
  using Found = ReadState::Found;
  const std::filesystem::path path = directory / "state.json";
  const OpenFile file(path);
  if (file.descriptor() < 0) {
    if (errno == ENOENT) return {};
    if (errno == ENXIO) throw no_state_file(path);  // a socket
    throw cannot_read(path, errno);
  }
  struct stat facts {};
  if (fstat(file.descriptor(), &facts) != 0) throw cannot_read(path, errno);
  if (!S_ISREG(facts.st_mode) || static_cast<std::uint64_t>(facts.st_size) > kMostBytes)
    throw no_state_file(path);
  const FileVersion version = version_of(facts);
  if (version == known) return {.found = Found::kSame};
  return {
      .found = Found::kAnother, .text = read_all(file.descriptor(), version.bytes, path), .version = version};
}

void WatchedState::look(Clock::time_point now) {
  try {
    ReadState read = read_state(directory_, version_);
    if (read.found == ReadState::Found::kNothing) {
      problem_ =
          fmt::format("there is no state of a job in '{}' yet; is it what the job was given as --bask-watch?",
                      safe_text(directory_.native()));
      version_.reset();
    }
    if (read.found != ReadState::Found::kAnother) return;  // of the same version the same problem is known
    changed_ = version_ ? now : now - age_of(read.version);
    version_ = read.version;
    problem_.clear();
    state_ = parse_state(read.text);
  } catch (const bask::Error& error) {
    problem_ = error.what();
    if (!error.where().empty()) {
      version_.reset();  // it was not read
    } else {
      problem_ = fmt::format("'{}': {}", safe_text((directory_ / "state.json").native()), error.what());
    }
  }
}

double WatchedState::silent_seconds(Clock::time_point now) const {
  return std::max(std::chrono::duration<double>(now - changed_).count(), 0.0);
}

}  // namespace top
