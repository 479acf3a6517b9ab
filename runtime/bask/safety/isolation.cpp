#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/safety/crash_report.hpp>
#include <bask/safety/isolation.hpp>
#include <bask/safety/task_error.hpp>
#include <bask/system/child_process.hpp>
#include <bask/system/file_descriptor.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <span>

namespace bask {
namespace {

// The child writes its reply into a file in memory, the header last: the reply is whole or not there. A file
// and not a pipe: the parent need not read while the child writes, and other processes may hold it open.
enum class Reply : std::uint32_t { kNone, kNothing, kEncoded, kContiguous, kThrown };

struct ReplyHeader {
  Reply reply = Reply::kNone;
  std::uint32_t type = 0;  // in the TypeRegistry
  std::uint64_t bytes = 0;
};

std::array<std::atomic<int>, ClosedInChild::kMost> closed_in_child;  // each descriptor plus 1; 0: none

[[noreturn]] void refuse(const std::string& what, int error) {
  throw Error("isolation", fmt::format("{}: {}", what, error_text(error)),
              "isolate fewer tasks, or raise the limits of memory and processes (ulimit -v, -u)");
}

// The file for the reply.
class ReplyFile {
 public:
  ReplyFile() {
    if (!file_.is_open()) refuse("there is no file in memory for the result", errno);
  }
  // Children forked meanwhile hold the file open too: this frees its memory now.
  ~ReplyFile() {
    if (ftruncate(file_.number(), 0) != 0) errno = 0;
  }
  ReplyFile(const ReplyFile&) = delete;
  ReplyFile& operator=(const ReplyFile&) = delete;

  void write(ReplyHeader header, std::span<const std::byte> bytes) const {
    header.bytes = bytes.size();
    write_whole(sizeof header, bytes);
    write_whole(0, std::as_bytes(std::span(&header, 1)));
  }
  ReplyHeader header() const {
    ReplyHeader header;
    const std::size_t bytes = read_at(file_, 0, std::as_writable_bytes(std::span(&header, 1))).bytes;
    return bytes == sizeof header ? header : ReplyHeader{};
  }
  void read(std::span<std::byte> bytes) const {
    const Transferred read = read_at(file_, sizeof(ReplyHeader), bytes);
    if (read.bytes < bytes.size()) refuse("the result cannot be read", read.error != 0 ? read.error : EIO);
  }
  std::string text(const ReplyHeader& header) const {
    std::string text(header.bytes, '\0');
    read(std::as_writable_bytes(std::span(text)));
    return text;
  }
  Value decode(const ReplyHeader& header) const {
    const std::size_t size = sizeof header + header.bytes;
    void* bytes = mmap(nullptr, size, PROT_READ, MAP_SHARED, file_.number(), 0);
    if (bytes == MAP_FAILED) refuse("the result cannot be read", errno);
    const auto unmap = [size](std::byte* mapped) { munmap(mapped, size); };
    const std::unique_ptr<std::byte, decltype(unmap)> mapped(static_cast<std::byte*>(bytes), unmap);
    ByteReader reader({mapped.get() + sizeof header, header.bytes});
    return TypeRegistry::instance()[header.type].decode(reader);
  }

 private:
  void write_whole(std::uint64_t at, std::span<const std::byte> bytes) const {
    const Transferred written = write_at(file_, at, bytes);
    if (written.error != 0) refuse("the result cannot be handed over", written.error);
  }

  FileDescriptor file_ = open_memory_file("bask-result");
};

// ---- in the child ----

void write_result(const ReplyFile& file, const Value& result) {
  if (!result.has_value()) return file.write({Reply::kNothing}, {});
  const ValueType& type = *result.type();
  if (type.contiguous != nullptr) {
    return file.write({Reply::kContiguous, type.number()}, type.contiguous->bytes(result.object()));
  }
  ByteWriter writer;
  type.encode(writer, result.object());
  file.write({Reply::kEncoded, type.number()}, writer.bytes());
}

// The signals that stop the job in order reach the whole process group or Slurm step. The parent acts on
// them, and may let this task end. The handler is empty instead of SIG_IGN: programs that the kernel starts
// would inherit SIG_IGN.
void leave_stopping_to_the_parent() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

// When memory runs out, the system should kill the child and not the rank.
void offer_to_be_killed_first() {
  const FileDescriptor file = open_file("/proc/self/oom_score_adj", O_WRONLY);
  if (file.is_open()) write_at(file, 0, std::as_bytes(std::span("1000").first(4)));
  errno = 0;
}

void write_out_streams() {
  std::cout.flush();
  std::cerr.flush();
  std::clog.flush();
  std::fflush(stdout);
}

// If the kernel calls exit or quick_exit, these run before all handlers registered earlier, and skip them.
void end_at_once(int code, void*) {
  write_out_streams();
  _exit(code);
}
void end_quickly() {
  _exit(1);
}

void settle_in(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // the parent ended before the prctl
  report_as_child();
  leave_stopping_to_the_parent();
  offer_to_be_killed_first();
  for (const auto& slot : closed_in_child) {
    if (const int descriptor = slot.load() - 1; descriptor >= 0) close(descriptor);
  }
  on_exit(end_at_once, nullptr);
  std::at_quick_exit(end_quickly);
}

[[noreturn]] void be_child(const Kernel& kernel, KernelCall& call, const ReplyFile& file, pid_t parent) {
  settle_in(parent);
  int code = 0;
  try {
    try {
      kernel.run(call);
      write_result(file, call.result);
    } catch (...) {
      const std::string text = describe_current_exception();
      file.write({Reply::kThrown}, std::as_bytes(std::span(text)));
    }
  } catch (...) {
    code = 1;  // there was no memory even for the error's text
  }
  write_out_streams();
  _exit(code);
}

// ---- in the parent ----

// Returns 0 in the child. Text in stdout's buffer must not come twice: it is written now, and the lock keeps
// other threads from adding to it before the fork. In the child the locks of streams are free.
pid_t fork_child() {
  flockfile(stdout);
  fflush_unlocked(stdout);
  const pid_t child = fork();
  const int error = errno;
  if (child != 0) funlockfile(stdout);
  if (child < 0) refuse("the system allows no further process", error);
  return child;
}

std::string signal_name(int number) {
  switch (number) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGABRT:
      return "SIGABRT";
    case SIGKILL:
      return "SIGKILL";
    case SIGXCPU:
      return "SIGXCPU";
    case SIGALRM:
      return "SIGALRM";
    default:
      return strsignal(number);
  }
}

Error ended_without_result(const std::string& kernel, std::optional<int> status) {
  if (status && WIFSIGNALED(*status)) {
    const int number = WTERMSIG(*status);
    return Error(kernel,
                 fmt::format("killed by signal {} ({}) in a process of its own", number, signal_name(number)),
                 number == SIGKILL ? "probably memory had run out: give the job more, or the task less to do"
                                   : "the log may have a report of the crash, with a backtrace");
  }
  const std::string how =
      status ? fmt::format("ended with exit code {}", WEXITSTATUS(*status)) : "ended unseen";
  return Error(kernel, how + " in a process of its own, without a result",
               "a kernel must return or throw, not call exit");
}

void take_result(const ReplyFile& file, const ReplyHeader& header, Value& result) {
  if (header.reply == Reply::kEncoded) result = file.decode(header);
  if (header.reply != Reply::kContiguous) return;
  const ContiguousType& type = *TypeRegistry::instance()[header.type].contiguous;
  type.reserve(result, header.bytes);
  file.read({type.grow(result, header.bytes), header.bytes});
  type.check(result);
}

}  // namespace

void run_isolated(const Kernel& kernel, KernelCall& call, std::chrono::nanoseconds timeout) {
  const ReplyFile file;
  const pid_t self = getpid();
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork_child();
  if (child == 0) be_child(kernel, call, file, self);
  const bool has_ended = timeout.count() == 0 || ends_before(child, start + timeout);
  if (!has_ended) kill(child, SIGKILL);
  const std::optional<int> status = wait_for_end(child);
  if (!has_ended) {
    throw TaskTimeout(std::chrono::steady_clock::now() - start, timeout,
                      ", and was killed in a process of its own");
  }
  const ReplyHeader header = file.header();
  if (header.reply == Reply::kNone) throw ended_without_result(kernel.name, status);
  if (header.reply == Reply::kThrown) throw ThrownInChild(file.text(header));
  take_result(file, header, call.result);
}

ClosedInChild::ClosedInChild(int descriptor) : slot_(0) {
  for (; slot_ < kMost; ++slot_) {
    int none = 0;
    if (closed_in_child[static_cast<std::size_t>(slot_)].compare_exchange_strong(none, descriptor + 1))
      return;
  }
  throw Error("isolation", fmt::format("more than {} files are to be closed in children", kMost),
              "keep fewer of them open");
}

ClosedInChild::~ClosedInChild() {
  closed_in_child[static_cast<std::size_t>(slot_)].store(0);
}

}  // namespace bask
