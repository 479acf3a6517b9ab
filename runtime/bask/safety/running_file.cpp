#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/safety/running_file.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <span>
#include <utility>

namespace bask {
namespace {

// The file: a header, zeros up to kSlotsAt, which is a whole number of pages on every machine, then the slots
// as they lie in memory. A machine of another kind finds the check wrong.
constexpr std::size_t kSlotsAt = 64 * 1024;
constexpr std::array<char, 8> kMagic{'B', 'A', 'S', 'K', 'R', 'U', 'N', '1'};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t attempt;
  std::uint32_t rank;
  std::uint32_t slots;
  std::uint32_t unused;
  Key registry;
  std::uint64_t check;  // hash of all before it
};

struct Slot {
  std::uint64_t name;  // an address in the process that is gone; 0: the thread ran no task
  std::uint64_t kernel_and_task;
  Key key;
  std::int32_t signal;
  std::array<std::byte, 28> rest;
};
static_assert(sizeof(Slot) == sizeof(RunningTask) && sizeof(std::atomic<std::uint64_t>) == 8 &&
              sizeof(std::atomic<const char*>) == 8 && sizeof(std::atomic<int>) == 4);

std::uint64_t check_of(const Header& header) {
  return hash_bytes(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, check))).low;
}

bool read_whole(const FileDescriptor& file, std::uint64_t offset, std::span<std::byte> to) {
  return read_at(file, offset, to).bytes == to.size();
}

// Whole pages of slots: those of the pool's threads, of the others that run tasks, and some to spare.
std::size_t bytes_for(unsigned threads) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t slots = std::min(RunningTask::kMostThreads, std::size_t{threads} + 32);
  return (slots * sizeof(Slot) + page - 1) / page * page;
}

void* table() {
  return RunningTasks::slots.data();
}

// Replaces the table's first pages by `pages`, at the same address and with the same bytes. Returns 0 or an
// error of the system. The lock is there because threads of the pool may still be taking their slots.
int replace_table(void* pages, std::size_t bytes) {
  if (pages == MAP_FAILED) return errno;
  const std::lock_guard lock(RunningTasks::mutex);
  std::memcpy(pages, table(), bytes);
  if (mremap(pages, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, table()) != MAP_FAILED) return 0;
  const int error = errno;
  munmap(pages, bytes);
  return error;
}

// Returns 0 or an error of the system.
int fill_and_map(const FileDescriptor& file, const RunningFileOwner& owner, std::size_t bytes) {
  // Without room on the disk, a later store into the mapped page would end the process.
  if (const int error = posix_fallocate(file.number(), kSlotsAt, static_cast<off_t>(bytes)); error != 0) {
    return error;
  }
  Header header{kMagic, owner.attempt,  owner.rank, static_cast<std::uint32_t>(bytes / sizeof(Slot)),
                0,      owner.registry, 0};
  header.check = check_of(header);
  const Transferred written = write_at(file, 0, std::as_bytes(std::span(&header, 1)));
  if (written.error != 0) return written.error;
  return replace_table(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), kSlotsAt),
                       bytes);
}

}  // namespace

RunningFile::RunningFile(std::filesystem::path path, const RunningFileOwner& owner, unsigned threads)
    : path_(std::move(path)), kept_bytes_(bytes_for(threads)) {
  const FileDescriptor file = open_file(path_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
  int error = file.is_open() ? 0 : errno;
  if (error == 0) {
    error = fill_and_map(file, owner, kept_bytes_);
    if (error != 0) unlink(path_.c_str());
  }
  if (error == 0) return;
  throw Error("checkpoint",
              fmt::format("cannot make '{}', which records the running tasks for the run after a crash: {}",
                          path_.string(), error_text(error)),
              "make room in the directory, or name one that this rank may write");
}

RunningFile::~RunningFile() {
  unlink(path_.c_str());
  // If there is no memory for it, the table stays in the file, which has no name any more.
  replace_table(mmap(nullptr, kept_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                kept_bytes_);
}

std::optional<RunningFileContent> RunningFile::read(const std::filesystem::path& path) {
  // O_NONBLOCK: if this is a named pipe, the call must not wait for its other end.
  const FileDescriptor file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  Header header;
  if (!file.is_open() || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (!read_whole(file, 0, std::as_writable_bytes(std::span(&header, 1)))) return std::nullopt;
  if (header.magic != kMagic || header.check != check_of(header)) return std::nullopt;
  if (header.slots > RunningTask::kMostThreads) return std::nullopt;
  std::vector<Slot> slots(header.slots);
  if (!read_whole(file, kSlotsAt, std::as_writable_bytes(std::span(slots)))) return std::nullopt;
  RunningFileContent content{{header.attempt, header.rank, header.registry}, {}};
  for (const Slot& slot : slots) {
    if (slot.name == 0 || slot.key == Key{}) continue;
    content.tasks.push_back({slot.key, static_cast<std::uint32_t>(slot.kernel_and_task >> 32), slot.signal});
  }
  return content;
}

}  // namespace bask
