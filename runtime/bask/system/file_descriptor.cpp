#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bask/system/file_descriptor.hpp>

#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace bask {
namespace {

// While it lives, a write past `ulimit -f` fails with EFBIG, instead of ending the process by SIGXFSZ.
class WithoutSizeSignal {
 public:
  WithoutSizeSignal() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~WithoutSizeSignal() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSizeSignal(const WithoutSizeSignal&) = delete;
  WithoutSizeSignal& operator=(const WithoutSizeSignal&) = delete;

  // Removes the signal that such a write has left pending.
  void take_back() const {
    const timespec at_once{};
    sigtimedwait(&signal_, nullptr, &at_once);
  }

 private:
  sigset_t signal_, before_;
};

// `call` makes one system call and returns its result.
template <class Call>
auto until_not_interrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// `call` transfers what is behind the first `done` bytes, or a part of it.
template <class Call>
Transferred transfer_all(std::size_t size, std::size_t unit, const Call& call) {
  Transferred done;
  while (done.bytes < size) {
    const ssize_t count = until_not_interrupted([&] { return call(done.bytes); });
    if (count < 0) done.error = errno;
    if (count <= 0) break;
    const std::size_t reached = done.bytes + static_cast<std::size_t>(count);
    const std::size_t next = reached < size ? reached / unit * unit : size;
    if (next == done.bytes) break;
    done.bytes = next;
  }
  return done;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  close();
}

int FileDescriptor::close() {
  if (number_ < 0) return 0;
  // Linux has closed it even when close() fails with EINTR.
  return ::close(std::exchange(number_, -1)) != 0 && errno != EINTR ? errno : 0;
}

FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  return FileDescriptor(until_not_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }));
}

FileDescriptor open_memory_file(const char* name) {
  return FileDescriptor(::memfd_create(name, MFD_CLOEXEC));
}

Pipe open_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

const TransferCalls& TransferCalls::of_system() {
  static const TransferCalls calls{::pread, ::pwrite};
  return calls;
}

Transferred read_at(int descriptor, std::uint64_t offset, std::span<std::byte> to, const TransferCalls& calls,
                    std::size_t unit) {
  return transfer_all(to.size(), unit, [&](std::size_t done) {
    return calls.read(descriptor, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
  });
}

Transferred write_at(int descriptor, std::uint64_t offset, std::span<const std::byte> from,
                     const TransferCalls& calls, std::size_t unit) {
  const WithoutSizeSignal without_signal;
  Transferred done = transfer_all(from.size(), unit, [&](std::size_t before) {
    return calls.write(descriptor, from.data() + before, from.size() - before,
                       static_cast<off_t>(offset + before));
  });
  if (done.error == EFBIG) without_signal.take_back();
  if (done.error == 0 && done.bytes < from.size()) done.error = EIO;
  return done;
}

int sync_file(const FileDescriptor& file) {
  return until_not_interrupted([&] { return ::fsync(file.number()); }) == 0 ? 0 : errno;
}

int sync_data(const FileDescriptor& file) {
  return until_not_interrupted([&] { return ::fdatasync(file.number()); }) == 0 ? 0 : errno;
}

void sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor opened = open_file(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
  if (opened.is_open()) sync_file(opened);
}

std::string error_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace bask
