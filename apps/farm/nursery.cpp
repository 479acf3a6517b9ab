#include "nursery.hpp"

#include "nursery_channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/system/file_descriptor.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace farm {
namespace {

bask::FileDescriptor& nursery() {  // the socket to its first process; stays open until this process ends
  static auto& one = *new bask::FileDescriptor;
  return one;
}

struct SocketPair {
  bask::FileDescriptor ours, theirs;
};

// When it fails, the descriptors are not open and `errno` says why.
SocketPair socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return {};
  return {bask::FileDescriptor(ends[0]), bask::FileDescriptor(ends[1])};
}

// For the nursery's processes: signals that are sent to the rank's group or terminal are not meant for them.
void handle_signals(void (*children)(int)) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) std::signal(number, SIG_IGN);
  std::signal(SIGCHLD, children);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Closes all descriptors but `socket`: mpirun waits until no process holds its outputs open any more.
void keep_only(int socket) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
  const long limit = sysconf(_SC_OPEN_MAX);
  for (int fd = 3; fd < (limit > 0 && limit < 4096 ? limit : 4096); ++fd) {
    if (fd != socket) close(fd);
  }
}

// The first process of the nursery: forks another one for each channel that it receives.
[[noreturn]] void tend(int socket) {
  setsid();
  handle_signals(SIG_IGN);  // the system reaps its children
  keep_only(socket);
  while (true) {
    char byte = 0;
    bask::FileDescriptor channel;
    if (!receive_with_descriptor(socket, &byte, 1, &channel)) _exit(0);
    if (fork() == 0) {
      handle_signals(SIG_DFL);
      close(socket);
      serve_channel(channel.number());
    }
  }
}

[[noreturn]] void cannot_start(const std::string& happened) {
  throw bask::Error("farm", happened, "raise the limits of open files and processes (ulimit -n, ulimit -u)");
}

// A new channel for the calling thread. It closes with the thread, which ends the process at its other end.
bask::FileDescriptor new_channel() {
  if (!nursery().is_open()) cannot_start("the process that starts commands could not be made");
  auto [ours, theirs] = socket_pair();
  if (!ours.is_open()) cannot_start("no socket can be made: " + bask::error_text(errno));
  if (!send_with_descriptor(nursery().number(), "c", 1, theirs.number())) {
    cannot_start("the process that starts commands has gone");
  }
  return std::move(ours);
}

int channel_of_this_thread() {
  thread_local const bask::FileDescriptor channel = new_channel();
  return channel.number();
}

}  // namespace

void start_nursery() {
  auto [ours, theirs] = socket_pair();
  if (!ours.is_open()) return;
  const pid_t first = fork();
  if (first == 0) {
    ours.close();
    tend(theirs.number());
  }
  if (first > 0) nursery() = std::move(ours);
}

Child::Child(const std::vector<std::string>& words, char* const* environment, int output_fd)
    : channel_(channel_of_this_thread()) {
  NurseryRequest request{.kind = NurseryRequest::Kind::kStart};
  std::string text(sizeof(request), '\0');
  for (const std::string& word : words) text.append(word.c_str(), word.size() + 1);
  for (char* const* variable = environment; *variable != nullptr; ++variable) {
    text.append(*variable, std::strlen(*variable) + 1);
    ++request.variables;
  }
  request.words = static_cast<std::uint32_t>(words.size());
  request.bytes = text.size() - sizeof(request);
  std::memcpy(text.data(), &request, sizeof(request));
  if (!send_with_descriptor(channel_, text.data(), text.size(), output_fd)) {
    cannot_start("the process that starts commands has gone");
  }
}

Child::~Child() {
  if (is_over_) return;
  try {
    signal(SIGKILL);
    ChildNews told{};
    do {
      if (!receive_with_descriptor(channel_, &told, sizeof(told), nullptr)) return;
    } while (told.kind == ChildNews::Kind::kStarted);
  } catch (const bask::Error&) {  // the nursery has gone, and the child with it
  }
}

std::optional<ChildNews> Child::news() {
  char byte;
  const ssize_t there = recv(channel_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (there < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  ChildNews told{};
  if (!receive_with_descriptor(channel_, &told, sizeof(told), nullptr)) {
    is_over_ = true;
    cannot_start("the process that starts commands has gone");
  }
  is_over_ = told.kind != ChildNews::Kind::kStarted;
  return told;
}

void Child::signal(int number) {
  if (is_over_) return;
  const NurseryRequest request{.kind = NurseryRequest::Kind::kSignal, .signal = number};
  if (!send_with_descriptor(channel_, &request, sizeof(request), -1)) {
    cannot_start("the process that starts commands has gone");
  }
}

}  // namespace farm
