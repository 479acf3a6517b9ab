#include <fcntl.h>
#include <unistd.h>
#include <bask/system/scratch_directory.hpp>
#include <bask/system/scratch_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace bask {
namespace {

// Smaller transfers stay in the page cache: to wait for the disk each time would take longer than they do.
constexpr std::size_t kLeastDropped = 1u << 20;

std::size_t page_bytes() {
  static const std::size_t bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return std::max(bytes, ScratchFile::kUnit);
}

std::size_t whole_units(std::size_t bytes) {
  return (bytes + ScratchFile::kUnit - 1) / ScratchFile::kUnit * ScratchFile::kUnit;
}

// Transfers go straight to and from whole pages only. On older kernels a fork would move a page with other
// data in it away from under a transfer, as soon as that data is written to.
bool is_in_whole_pages(const std::byte* memory, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(memory) % page_bytes() == 0 && bytes % page_bytes() == 0;
}

FileDescriptor open_nameless(const std::filesystem::path& directory) {
  FileDescriptor file = open_file(directory, O_TMPFILE | O_RDWR, 0600);
  if (file.is_open()) return file;
  std::string path = directory / "bask-scratch-XXXXXX";  // not every file system has O_TMPFILE
  file = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));
  if (file.is_open()) ::unlink(path.c_str());
  return file;
}

// Returns whether the file system has it. Some refuse only the first transfer.
bool set_direct(const FileDescriptor& file, bool is_direct) {
  const int flags = ::fcntl(file.number(), F_GETFL);
  const int wanted = is_direct ? flags | O_DIRECT : flags & ~O_DIRECT;
  return flags >= 0 && ::fcntl(file.number(), F_SETFL, wanted) == 0;
}

}  // namespace

ScratchFile::Buffer::Buffer()
    : memory_(static_cast<std::byte*>(std::aligned_alloc(page_bytes(), kMostBytes)), &std::free) {
  if (memory_ == nullptr) throw std::bad_alloc();
}

ScratchFile::ScratchFile(std::filesystem::path directory, TransferCalls calls)
    : directory_(std::move(directory)), calls_(std::move(calls)), file_(open_nameless(directory_)) {
  if (!file_.is_open()) throw no_file_can_be_made(directory_, errno);
  is_direct_ = set_direct(file_, true);
}

Transferred ScratchFile::write(std::uint64_t offset, std::span<const std::byte> from, const Buffer& buffer) {
  if (is_direct_) {
    const Transferred done = write_direct(offset, from, buffer);
    if (done.error != EINVAL) return done;
    become_plain();
  }
  return write_plain(offset, from);
}

Transferred ScratchFile::read(std::uint64_t offset, std::span<std::byte> to, const Buffer& buffer) {
  if (is_direct_) {
    const Transferred done = read_direct(offset, to, buffer);
    if (done.error != EINVAL) return done;
    become_plain();
  }
  return read_plain(offset, to);
}

Transferred ScratchFile::write_direct(std::uint64_t offset, std::span<const std::byte> from,
                                      const Buffer& buffer) {
  if (is_in_whole_pages(from.data(), from.size()))
    return write_at(file_.number(), offset, from, calls_, kUnit);
  const std::size_t bytes = whole_units(from.size());
  std::memcpy(buffer.data(), from.data(), from.size());
  std::memset(buffer.data() + from.size(), 0, bytes - from.size());
  Transferred done = write_at(file_.number(), offset, std::span(buffer.data(), bytes), calls_, kUnit);
  done.bytes = std::min(done.bytes, from.size());
  return done;
}

Transferred ScratchFile::read_direct(std::uint64_t offset, std::span<std::byte> to, const Buffer& buffer) {
  if (is_in_whole_pages(to.data(), to.size())) return read_at(file_.number(), offset, to, calls_, kUnit);
  const std::span<std::byte> units(buffer.data(), whole_units(to.size()));
  Transferred done = read_at(file_.number(), offset, units, calls_, kUnit);
  done.bytes = std::min(done.bytes, to.size());
  std::memcpy(to.data(), buffer.data(), done.bytes);
  return done;
}

Transferred ScratchFile::write_plain(std::uint64_t offset, std::span<const std::byte> from) {
  Transferred done = write_at(file_.number(), offset, from, calls_);
  if (done.error != 0 || from.size() < kLeastDropped) return done;
  done.error = sync_data(file_);  // only pages that are on the disk can be dropped
  drop_cached(offset, from.size());
  return done;
}

Transferred ScratchFile::read_plain(std::uint64_t offset, std::span<std::byte> to) {
  const Transferred done = read_at(file_.number(), offset, to, calls_);
  if (to.size() >= kLeastDropped) drop_cached(offset, to.size());
  return done;
}

void ScratchFile::become_plain() {
  set_direct(file_, false);
  is_direct_ = false;
}

void ScratchFile::drop_cached(std::uint64_t offset, std::size_t bytes) const {
  ::posix_fadvise(file_.number(), static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_DONTNEED);
}

}  // namespace bask
