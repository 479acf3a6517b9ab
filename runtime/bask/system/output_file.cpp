#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/core/key.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/output_file.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bask {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMark = "bask-";

// All temporary files of one file begin so. Long names are cut, because a name has at most 255 bytes.
std::string beginning_of_temporaries(const std::string& name) {
  constexpr std::size_t kMost = 120;
  if (name.size() <= kMost) return "." + name + ".";
  return fmt::format(".{}~{:016x}.", name.substr(0, kMost), hash_text(name).low);
}

struct Owner {
  std::string host;
  pid_t process;
};

std::optional<Owner> owner_in(std::string_view name) {
  const auto mark = name.rfind("." + std::string(kMark));  // a host's name may begin with the mark, too
  if (mark == std::string_view::npos) return std::nullopt;
  name.remove_prefix(mark + 1 + kMark.size());
  const auto last = name.rfind('-');
  const auto middle = last == std::string_view::npos || last == 0 ? last : name.rfind('-', last - 1);
  if (middle == std::string_view::npos) return std::nullopt;
  Owner owner{std::string(name.substr(0, middle)), 0};
  const auto [end, error] = std::from_chars(name.data() + middle + 1, name.data() + last, owner.process);
  if (error != std::errc() || end != name.data() + last || owner.process <= 0) return std::nullopt;
  return owner;
}

bool is_locked(int file) {
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  ::flock(file, LOCK_UN);
  return false;
}

void remove_abandoned(const fs::path& directory, const std::string& beginning) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(beginning)) continue;
    if (is_abandoned(entry->path())) ::unlink(entry->path().c_str());
  }
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

fs::path place_of(const std::string& path, const std::string& where) {
  constexpr int kMostLinks = 40;
  fs::path place = path;
  std::error_code ignored;
  for (int i = 0; fs::is_symlink(place, ignored); ++i) {
    if (i == kMostLinks) throw Error(where, "the link leads to itself", "name a file");
    place = directory_of(place) / fs::read_symlink(place, ignored);
  }
  return place;
}

// Copies by sharing blocks, else inside of the kernel, else through memory, as the file system allows.
// Returns 0 or an errno.
int copy_bytes(int from, int to, std::int64_t size_bytes) {
  if (::ioctl(to, FICLONE, from) == 0) return 0;
  off64_t read = 0, written = 0;
  while (written < size_bytes) {
    const auto left = static_cast<std::size_t>(size_bytes - written);
    if (::copy_file_range(from, &read, to, &written, left, 0) <= 0) break;
  }
  auto done = static_cast<std::uint64_t>(written);
  const auto size = static_cast<std::uint64_t>(size_bytes);
  std::vector<std::byte> memory(done < size ? std::size_t{1} << 20 : 0);
  while (done < size) {
    const std::span piece = std::span(memory).first(std::min<std::uint64_t>(memory.size(), size - done));
    const Transferred in = read_at(from, done, piece);
    if (in.error != 0) return in.error;
    if (in.bytes < piece.size()) return EIO;  // the file has become shorter
    if (const Transferred out = write_at(to, done, piece); out.error != 0) return out.error;
    done += piece.size();
  }
  return 0;
}

}  // namespace

fs::path directory_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::string owner_mark() {
  static std::atomic<unsigned> number{0};
  return fmt::format("{}{}-{}-{}", kMark, host_name(), ::getpid(), number++);
}

bool is_abandoned(const fs::path& unfinished) {
  const auto owner = owner_in(unfinished.filename().string());
  if (!owner) return false;
  struct stat status {};
  {
    const FileDescriptor file = open_file(unfinished, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file.is_open() || ::fstat(file.number(), &status) != 0) return false;
    if (!S_ISREG(status.st_mode) || is_locked(file.number())) return false;
  }
  if (owner->host == host_name()) return ::kill(owner->process, 0) != 0 && errno == ESRCH;
  constexpr std::int64_t kWeek_s = 7 * 24 * 3600;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  return now.count() - status.st_mtim.tv_sec > kWeek_s;
}

OutputFile::OutputFile(const std::string& path, std::string where) : where_(std::move(where)) {
  place_ = place_of(path, where_);
  const fs::path directory = directory_of(place_);
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored)) {
    throw Error(where_, fmt::format("there is no directory '{}'", directory.string()),
                "create it first, or name another place");
  }
  old_ = look();
  if (old_.exists && ::faccessat(AT_FDCWD, place_.c_str(), W_OK, AT_EACCESS) != 0) refuse(errno);
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK, AT_EACCESS) != 0) refuse(errno);
  remove_abandoned(directory, beginning_of_temporaries(place_.filename().string()));
  create();
  if (old_.exists) take_over_mode_and_owner();
}

OutputFile::Old OutputFile::look() const {
  struct stat status {};
  if (::stat(place_.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    refuse(errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(where_, fmt::format("this is {}", kind_of(status.st_mode)),
                "name a regular file, or a new one");
  }
  return {true,
          status.st_mode & 07777,
          status.st_uid,
          status.st_gid,
          status.st_ino,
          status.st_size,
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

void OutputFile::create() {
  const std::string beginning = beginning_of_temporaries(place_.filename().string());
  const mode_t mode = old_.exists ? 0600 : 0666;  // 0600: the old file may forbid others to read
  constexpr int kTries = 100;                     // an ended process with our pid may have left such a file
  for (int i = 0; i < kTries; ++i) {
    file_.emplace(directory_of(place_) / (beginning + owner_mark()), mode);
    if (file_->is_open() || errno != EEXIST) break;
  }
  if (!file_->is_open()) refuse(errno);
  ::flock(descriptor(), LOCK_EX | LOCK_NB);  // without locks, is_abandoned goes by the process alone
}

void OutputFile::take_over_mode_and_owner() const {
  // A user who may not give files away stays the owner; the group changes where that is allowed.
  if (::fchown(descriptor(), old_.user, old_.group) != 0 &&
      ::fchown(descriptor(), static_cast<uid_t>(-1), old_.group) != 0) {
    ::fchmod(descriptor(), old_.mode & 0707);  // the old group's permissions are not meant for another group
    return;
  }
  ::fchmod(descriptor(), old_.mode);
}

void OutputFile::copy_old() {
  const FileDescriptor from = open_file(place_, O_RDONLY);
  if (!from.is_open()) refuse(errno);
  if (::flock(from.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw Error(where_, "another program has the file open for writing", "wait for that to end");
  }
  const int error = copy_bytes(from.number(), descriptor(), old_.size_bytes);
  if (error != 0) refuse(error);
  is_copy_ = true;
}

void OutputFile::put_in_place() {
  if (const int error = file_->sync(); error != 0) refuse(error);
  if (is_copy_ && !(look() == old_)) {
    throw Error(
        where_, "another program has changed the file meanwhile",
        "let programs add to the file one after the other; this program's additions are not in the file");
  }
  ::flock(descriptor(), LOCK_UN);  // under its name, the file may be read
  if (const int error = file_->put_in_place(place_); error != 0) refuse(error);
}

void OutputFile::refuse(int error) const {
  throw Error(where_, fmt::format("cannot write it: {}", error_text(error)),
              "write to a directory that you may write to and that has room");
}

}  // namespace bask
