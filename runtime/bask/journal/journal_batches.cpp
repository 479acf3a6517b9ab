#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/journal/journal_batches.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <limits>

namespace bask {
namespace {

constexpr std::size_t kWrittenAlone = std::size_t{256} << 10;  // a copy costs more than the call
constexpr std::size_t kWrittenAtOnce = std::size_t{1} << 20;   // a batch of so much does not wait
constexpr std::size_t kMostWaiting = std::size_t{16} << 20;    // fresh memory costs more than waiting
constexpr std::size_t kKeptForBatches = std::size_t{4} << 20;
constexpr std::size_t kLongWrite = std::size_t{64} << 10;  // the cost of the call itself no longer counts
constexpr std::size_t kSmallPayload = 256;
constexpr std::int64_t kSmallRemembered = 1 << 16;
constexpr std::int64_t kNever_ns = std::numeric_limits<std::int64_t>::max() / 2;
constexpr double kMostBehind_ns = 2e9;  // that bringing all to the disk may take

const char* what_to_do(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space, or name a directory on another file system: --bask-checkpoint=DIR";
    case EROFS:
    case EACCES:
    case EPERM:
      return "name a directory that you may write to: --bask-checkpoint=DIR";
    case EFBIG:
      return "raise the limit of the size of files (ulimit -f), or go on without --bask-checkpoint";
    case ENOENT:
    case ENOTDIR:
      return "create the directory where all nodes see it, or name another: --bask-checkpoint=DIR";
    case EEXIST:
      return "another job writes there: give each job a directory of its own: --bask-checkpoint=DIR";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    default:
      return "name a directory on another file system: --bask-checkpoint=DIR";
  }
}

Error error_of(const std::filesystem::path& file, const char* what, int error) {
  return Error("journal", fmt::format("'{}' {}: {}", file.string(), what, error_text(error)),
               what_to_do(error), ExitCode::kUsage);
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::int64_t ns_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
}

std::span<const std::byte> bytes_of(const RecordHead& head) {
  return std::as_bytes(std::span(&head, 1));
}

// How many of these bytes, of which so many are in the file, are whole records.
std::uint64_t whole_records(std::span<const std::byte> records, std::size_t in_file) {
  std::size_t end = 0;
  while (records.size() - end >= sizeof(RecordHead)) {
    RecordHead head;
    std::memcpy(&head, records.data() + end, sizeof(head));
    const std::size_t next = end + sizeof(head) + padded_size(head.size);
    if (next > in_file) break;
    end = next;
  }
  return end;
}

}  // namespace

void JournalBatches::Batch::clear() {
  // The memory of a burst goes when it is over, and not while it lasts.
  if (bytes.capacity() > kKeptForBatches && bytes.size() < bytes.capacity() / 4) {
    bytes = {};
  } else {
    bytes.clear();
  }
  extents.clear();
}

std::span<const std::byte> JournalBatches::Batch::bytes_of(std::size_t extent) const {
  const std::size_t begin = extents[extent].begin;
  const std::size_t end = extent + 1 < extents.size() ? extents[extent + 1].begin : bytes.size();
  return std::span(bytes).subspan(begin, end - begin);
}

JournalBatches::JournalBatches(const std::filesystem::path& directory, const JournalIdentity& identity,
                               JournalTimes times)
    : directory_(directory), name_(journal_name(identity.attempt, identity.rank)), times_(times) {
  file_ = open_file(directory / name_, O_WRONLY | O_CREAT | O_EXCL);
  if (!file_.is_open()) throw error_of(directory / name_, "cannot be created", errno);
  const JournalHeader header = make_journal_header(identity);
  nonce_ = header.nonce;
  const Transferred written = write_at(file_, 0, std::as_bytes(std::span(&header, 1)));
  if (written.error != 0) {
    ::unlink((directory / name_).c_str());
    throw error_of(directory / name_, "cannot be written", written.error);
  }
  statistics_.bytes = sizeof(header);
  sigset_t all, before;  // signals go to the program's own threads
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  writer_ = std::thread([this] { write_in_background(); });
  syncer_ = std::thread([this] { sync_in_background(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

JournalBatches::~JournalBatches() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  to_write_.notify_all();
  to_sync_.notify_all();
  writer_.join();
  syncer_.join();
}

void JournalBatches::append(RecordHead head, std::span<const std::byte> payload) {
  if (has_failed()) return;
  const auto start = Clock::now();
  if (payload.size() >= kWrittenAlone) {
    write_alone(head, payload);
  } else {
    append_to_batch(head, payload);
  }
  const std::int64_t ns = ns_since(start);
  append_ns_.fetch_add(ns, std::memory_order_relaxed);
  if (payload.size() > kSmallPayload) return;
  const std::int64_t all_ns = small_append_ns_.fetch_add(ns, std::memory_order_relaxed) + ns;
  if (small_appends_.fetch_add(1, std::memory_order_relaxed) + 1 != kSmallRemembered) return;
  small_appends_.fetch_sub(kSmallRemembered / 2, std::memory_order_relaxed);
  small_append_ns_.fetch_sub(all_ns / 2, std::memory_order_relaxed);
}

std::uint64_t JournalBatches::reserve(std::uint64_t bytes) {
  const std::uint64_t offset = next_;
  next_ += bytes;
  not_synced_.store(next_ - synced_to_, std::memory_order_relaxed);
  return offset;
}

void JournalBatches::append_to_batch(RecordHead& head, std::span<const std::byte> payload) {
  const std::uint64_t bytes = sizeof(head) + padded_size(head.size);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return batch_.bytes.size() < kMostWaiting || has_failed(); });
  if (has_failed()) return;
  const std::size_t before = batch_.bytes.size();
  const std::uint64_t offset = reserve(bytes);
  last_end_ = next_;
  if (batch_.extents.empty() ||
      batch_.extents.back().offset + (before - batch_.extents.back().begin) != offset) {
    batch_.extents.push_back({offset, before});
  }
  bind_record_head(head, nonce_, offset);
  const auto head_bytes = bytes_of(head);
  batch_.bytes.insert(batch_.bytes.end(), head_bytes.begin(), head_bytes.end());
  batch_.bytes.insert(batch_.bytes.end(), payload.begin(), payload.end());
  batch_.bytes.resize(before + bytes);
  const std::size_t after = batch_.bytes.size();
  statistics_.bytes += bytes;
  if (is_result(head.kind)) ++statistics_.results;
  if (before == 0) batch_since_ = Clock::now();
  lock.unlock();
  if (before == 0 || (before < kWrittenAtOnce && after >= kWrittenAtOnce)) to_write_.notify_one();
}

void JournalBatches::write_alone(RecordHead& head, std::span<const std::byte> payload) {
  const std::uint64_t bytes = sizeof(head) + padded_size(head.size);
  std::unique_lock lock(mutex_);
  if (has_failed()) return;
  const std::uint64_t offset = reserve(bytes);
  last_end_ = next_;
  alone_.push_back(offset);
  lock.unlock();
  bind_record_head(head, nonce_, offset);
  const auto start = Clock::now();
  const int error = write_record(head, offset, payload);
  const std::int64_t ns = ns_since(start);
  lock.lock();
  end_alone(offset, bytes, error);
  if (error == 0) {
    if (is_result(head.kind)) ++statistics_.results;
    statistics_.bytes += bytes;
    statistics_.writes += 2;
    writes_.add(bytes, ns);
    note_written(offset + bytes);
  }
}

// The head last: a process that dies in between leaves no head of a payload that is not there.
int JournalBatches::write_record(const RecordHead& head, std::uint64_t offset,
                                 std::span<const std::byte> payload) const {
  constexpr std::array<std::byte, 8> kPadding{};
  const std::uint64_t begin = offset + sizeof(head);
  Transferred done = write_at(file_, begin, payload);
  if (done.error == 0 && payload.size() % 8 != 0) {
    done = write_at(file_, begin + payload.size(),
                    std::span(kPadding).first(padded_size(payload.size()) - payload.size()));
  }
  if (done.error == 0) done = write_at(file_, offset, bytes_of(head));
  return done.error;
}

void JournalBatches::end_alone(std::uint64_t offset, std::uint64_t bytes, int error) {
  std::erase(alone_, offset);
  if (error != 0) {
    fail(error, "cannot be written");
  } else {
    written_end_ = std::max(written_end_, offset + bytes);
  }
  cut_back_when_quiet();
}

void JournalBatches::note_written(std::uint64_t end) {
  written_end_ = std::max(written_end_, end);
  if (!is_dirty_) dirty_since_ = Clock::now();
  is_dirty_ = true;
  to_sync_.notify_one();
}

/// All records before it are in the file.
std::uint64_t JournalBatches::whole_before() const {
  std::uint64_t offset = next_;
  for (const std::uint64_t alone : alone_) offset = std::min(offset, alone);
  if (is_writing_) offset = std::min(offset, writing_.extents.front().offset);
  if (!batch_.extents.empty()) offset = std::min(offset, batch_.extents.front().offset);
  return offset;
}

void JournalBatches::fail(int error, const char* what) {
  if (has_failed()) return;
  failure_ = error_of(directory_ / name_, what, error).what();
  failed_ = true;  // what waits in the batch is still tried
  changed_.notify_all();
  to_write_.notify_one();
}

void JournalBatches::cut_back_when_quiet() {
  if (!has_failed() || is_writing_ || !alone_.empty()) return;
  // Where it fails, the reader tells what is whole.
  [[maybe_unused]] const int ignored = ::ftruncate(file_.number(), static_cast<off_t>(written_end_));
}

void JournalBatches::write_in_background() {
  std::unique_lock lock(mutex_);
  for (;;) {
    to_write_.wait(lock, [&] { return is_closing_ || !batch_.bytes.empty(); });
    if (batch_.bytes.empty()) break;
    to_write_.wait_until(lock, batch_since_ + times_.write, [&] {
      return is_closing_ || waiting_ > 0 || batch_.bytes.size() >= kWrittenAtOnce || has_failed();
    });
    if (!batch_.bytes.empty()) write_once(lock);
    write_cpu_ = thread_cpu_seconds();
  }
  has_written_all_ = true;
  to_sync_.notify_one();
}

void JournalBatches::write_once(std::unique_lock<std::mutex>& lock) {
  std::swap(batch_, writing_);
  is_writing_ = true;
  changed_.notify_all();
  lock.unlock();
  const auto start = Clock::now();
  const BatchWritten written = write(writing_);
  const std::int64_t ns = ns_since(start);
  lock.lock();
  is_writing_ = false;
  statistics_.writes += written.calls;
  if (written.error == 0 && writing_.bytes.size() >= kLongWrite) writes_.add(writing_.bytes.size(), ns);
  if (written.end != 0) note_written(written.end);
  if (written.error != 0) fail(written.error, "cannot be written");
  writing_.clear();
  cut_back_when_quiet();
}

JournalBatches::BatchWritten JournalBatches::write(const Batch& batch) const {
  BatchWritten all;
  for (std::size_t extent = 0; extent < batch.extents.size(); ++extent) {
    const auto bytes = batch.bytes_of(extent);
    const Transferred done = write_at(file_, batch.extents[extent].offset, bytes);
    ++all.calls;
    all.error = done.error;
    const std::uint64_t whole = done.error == 0 ? bytes.size() : whole_records(bytes, done.bytes);
    if (whole != 0) all.end = batch.extents[extent].offset + whole;
    if (done.error != 0) break;
  }
  return all;
}

void JournalBatches::sync_in_background() {
  std::unique_lock lock(mutex_);
  for (;;) {
    to_sync_.wait(lock, [&] { return is_dirty_ || has_written_all_; });
    if (!is_dirty_) break;
    to_sync_.wait_until(lock, dirty_since_ + times_.sync, [&] { return has_written_all_ || waiting_ > 0; });
    sync_once(lock);
    sync_cpu_ = thread_cpu_seconds();
  }
}

void JournalBatches::sync_once(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t whole = whole_before();
  is_dirty_ = false;
  lock.unlock();
  if (!std::exchange(is_directory_synced_, true)) {
    // The file's name must not get lost with the node. File systems that cannot sync a directory need not.
    const FileDescriptor directory = open_file(directory_, O_RDONLY | O_DIRECTORY);
    if (directory.is_open()) ::fsync(directory.number());
  }
  const auto start = Clock::now();
  int error = 0;
  while (::fdatasync(file_.number()) != 0) {
    error = errno;
    if (error != EINTR) break;
    error = 0;
  }
  const std::int64_t ns = ns_since(start);
  lock.lock();
  ++statistics_.syncs;
  if (error != 0) {
    fail(error, "cannot be brought to the disk");
    return;
  }
  if (!has_failed()) write_mark(lock, whole);
  if (whole > synced_to_ + kLongWrite) syncs_.add(whole - synced_to_, ns);
  synced_to_ = std::max(synced_to_, whole);
  not_synced_.store(next_ - synced_to_, std::memory_order_relaxed);
  changed_.notify_all();
}

// Not by the batch, and not noted as written: a mark must not cause the next sync.
void JournalBatches::write_mark(std::unique_lock<std::mutex>& lock, std::uint64_t synced_to) {
  RecordHead head = make_record_head(RecordKind::kSynced, {0, synced_to}, 0, 0, journal_checksum({}));
  const std::uint64_t offset = reserve(sizeof(head));
  alone_.push_back(offset);
  lock.unlock();
  bind_record_head(head, nonce_, offset);
  const int error = write_record(head, offset, {});
  lock.lock();
  end_alone(offset, sizeof(head), error);
}

void JournalBatches::sync() {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = last_end_;
  ++waiting_;
  to_write_.notify_one();
  to_sync_.notify_one();
  changed_.wait(lock, [&] { return synced_to_ >= target || has_failed(); });
  --waiting_;
}

std::string JournalBatches::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

JournalStatistics JournalBatches::statistics() const {
  const std::lock_guard lock(mutex_);
  JournalStatistics now = statistics_;
  now.append_seconds = static_cast<double>(append_ns_.load(std::memory_order_relaxed)) * 1e-9;
  now.background_seconds = write_cpu_ + sync_cpu_;
  return now;
}

std::int64_t JournalBatches::cost_ns(std::uint64_t bytes) const {
  constexpr double kCopyNs = 0.15;  // a byte: hashing it and copying it into the batch
  const auto not_synced = static_cast<double>(not_synced_.load(std::memory_order_relaxed));
  // Writing goes into memory, at its speed, until a slow disk has left it full: then all wait, the end of
  // the run as well.
  if (not_synced * syncs_.byte_ns() > kMostBehind_ns) return kNever_ns;
  constexpr double kGuesses = 16, kGuess_ns = 500;  // so much is thought of it beforehand
  const double call_ns =
      (static_cast<double>(small_append_ns_.load(std::memory_order_relaxed)) + kGuesses * kGuess_ns) /
      (static_cast<double>(small_appends_.load(std::memory_order_relaxed)) + kGuesses);
  return static_cast<std::int64_t>(call_ns + static_cast<double>(bytes) * (writes_.byte_ns() + kCopyNs));
}

}  // namespace bask
