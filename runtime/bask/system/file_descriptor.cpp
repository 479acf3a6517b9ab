#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <bask/system/file_descriptor.hpp>

#include <cerrno>
#include <ctime>
#include <system_error>

namespace bask {
namespace {

// A write past `ulimit -f` would end the process by SIGXFSZ: while this lives it is an error as any other.
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

  void take_back() const {
    const timespec at_once{};
    sigtimedwait(&signal_, nullptr, &at_once);
  }

 private:
  sigset_t signal_, before_;
};

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  int number;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return FileDescriptor(number);
}

Transferred read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::byte> to) {
  Transferred done;
  while (done.bytes < to.size()) {
    const ssize_t count = ::pread(file.number(), to.data() + done.bytes, to.size() - done.bytes,
                                  static_cast<off_t>(offset + done.bytes));
    if (count == 0) break;
    if (count > 0) {
      done.bytes += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      done.error = errno;
      break;
    }
  }
  return done;
}

Transferred write_at(const FileDescriptor& file, std::uint64_t offset, std::span<const std::byte> from) {
  const WithoutSizeSignal without_signal;
  Transferred done;
  while (done.bytes < from.size()) {
    const ssize_t count = ::pwrite(file.number(), from.data() + done.bytes, from.size() - done.bytes,
                                   static_cast<off_t>(offset + done.bytes));
    if (count >= 0) {
      done.bytes += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      done.error = errno;
      if (done.error == EFBIG) without_signal.take_back();
      break;
    }
  }
  return done;
}

std::string error_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace bask
