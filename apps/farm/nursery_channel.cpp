#include "nursery_channel.hpp"

#include "nursery.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/system/child_process.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace farm {
namespace {

constexpr int kGraceTenths = 50;  // tenths of a second between SIGTERM and SIGKILL, when the rank is gone

union ControlBuffer {
  char bytes[CMSG_SPACE(sizeof(int))];
  cmsghdr alignment;
};

std::int64_t nanoseconds(const timeval& time) {
  return (static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec) * 1000;
}

// Does not reap the process.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  const int result = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return result != 0 || info.si_pid == pid;
}

void signal_group(pid_t group, int number) {
  kill(-group, number);
  if (number == SIGTERM) kill(-group, SIGCONT);  // after SIGSTOP a process would not notice SIGTERM
}

ChildNews reap(pid_t pid) {
  kill(-pid, SIGKILL);  // its background processes; the group number is its own until it is reaped
  ChildNews news{.kind = ChildNews::Kind::kEnded};
  rusage usage{};
  while (wait4(pid, &news.status, 0, &usage) < 0 && errno == EINTR) {
  }
  news.peak_kib = usage.ru_maxrss;
  news.user_ns = nanoseconds(usage.ru_utime);
  news.system_ns = nanoseconds(usage.ru_stime);
  return news;
}

void send_news(int channel, const ChildNews& news) {
  send_with_descriptor(channel, &news, sizeof(news), -1);  // when the rank is gone, the next receive fails
}

// Ends the command when its rank is gone.
[[noreturn]] void end_with(pid_t pid) {
  signal_group(pid, SIGTERM);
  for (int i = 0; i < kGraceTenths && !has_ended(pid); ++i) usleep(100'000);
  reap(pid);
  _exit(0);
}

// Passes signals on until the command has ended.
void attend(int channel, pid_t pid) {
  const bask::FileDescriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  while (true) {
    pollfd fds[2] = {{channel, POLLIN, 0}, {pidfd.number(), POLLIN, 0}};
    // Without a pidfd (Linux before 5.3), looks a hundred times a second whether the command has ended.
    poll(fds, 2, pidfd.is_open() ? -1 : 10);
    if ((fds[0].revents & (POLLIN | POLLHUP)) != 0) {
      NurseryRequest request{};
      if (!receive_with_descriptor(channel, &request, sizeof(request), nullptr)) end_with(pid);
      signal_group(pid, request.signal);
    }
    if (has_ended(pid)) break;
  }
  send_news(channel, reap(pid));
}

std::vector<std::string> texts_at(const char*& at, std::uint32_t count) {
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < count; ++i) {
    texts.emplace_back(at);
    at += texts.back().size() + 1;
  }
  return texts;
}

void start(int channel, const NurseryRequest& request, bask::FileDescriptor output) {
  std::string text(request.bytes, '\0');
  if (!receive_with_descriptor(channel, text.data(), text.size(), nullptr)) _exit(0);
  const char* at = text.data();
  std::vector<std::string> words = texts_at(at, request.words);
  std::vector<std::string> variables = texts_at(at, request.variables);
  const bask::StartedChild child = bask::start_child({.words = std::move(words),
                                                      .variables = std::move(variables),
                                                      .output = output.number(),
                                                      .errors = output.number()});
  output.close();
  if (child.pid < 0) {
    return send_news(channel, {.kind = ChildNews::Kind::kNotStarted, .error = child.error});
  }
  send_news(channel, {.kind = ChildNews::Kind::kStarted, .group = child.pid});
  attend(channel, child.pid);
}

}  // namespace

bool send_with_descriptor(int socket, const void* data, std::size_t size, int descriptor) {
  const char* at = static_cast<const char*>(data);
  ControlBuffer control{};
  while (size > 0) {
    iovec part{const_cast<char*>(at), size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
      message.msg_control = control.bytes;
      message.msg_controllen = sizeof(control.bytes);
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    descriptor = -1;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_with_descriptor(int socket, void* data, std::size_t size, bask::FileDescriptor* descriptor) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    ControlBuffer control{};
    iovec part{at, size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof(control.bytes);
    const ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS && descriptor != nullptr) {
      int number;
      std::memcpy(&number, CMSG_DATA(header), sizeof(number));
      *descriptor = bask::FileDescriptor(number);
    }
    at += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

void serve_channel(int channel) {
  while (true) {
    NurseryRequest request{};
    bask::FileDescriptor output;
    if (!receive_with_descriptor(channel, &request, sizeof(request), &output)) _exit(0);
    // A request for a signal is dropped here: the command had ended before it came.
    if (request.kind == NurseryRequest::Kind::kStart) start(channel, request, std::move(output));
  }
}

}  // namespace farm
