#include <xxhash.h>
#include <bask/execution/spill_error.hpp>
#include <bask/execution/spill_file.hpp>
#include <bask/system/without_signals.hpp>

#include <algorithm>
#include <cassert>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kPieceBytes = ScratchFile::kMostBytes;

std::uint64_t spill_checksum(const void* data, std::size_t bytes) {
  return XXH3_64bits(data, bytes);
}

}  // namespace

// One write or read. What the pieces have in common is guarded by the file's lock; a piece's bytes and its
// checksum belong to the thread that transfers it. Shared: both threads may work on its pieces.
struct SpillFile::Transfer {
  Transfer(const Extent& of, std::span<const std::byte> from_memory, std::span<std::byte> to_memory,
           bool writes, Done when_done)
      : extent(of),
        from(from_memory),
        to(to_memory),
        is_write(writes),
        done(std::move(when_done)),
        checksums(std::max<std::size_t>(1, (of.bytes + kPieceBytes - 1) / kPieceBytes)) {}

  std::size_t piece_bytes(std::size_t piece) const {
    return std::min<std::size_t>(kPieceBytes, extent.bytes - piece * kPieceBytes);
  }
  bool is_over() const { return begun == checksums.size() && running == 0; }
  Transferred run_piece(std::size_t piece, ScratchFile& file, const ScratchFile::Buffer& buffer);
  std::uint64_t checksum() const {
    return spill_checksum(checksums.data(), checksums.size() * sizeof(checksums[0]));
  }

  Extent extent;
  const std::span<const std::byte> from;
  const std::span<std::byte> to;
  const bool is_write;
  Done done;
  std::vector<std::uint64_t> checksums;  // of the pieces
  std::size_t begun = 0, running = 0;    // pieces
  int error = 0;
  bool is_cut_off = false, is_stopped = false;
};

Transferred SpillFile::Transfer::run_piece(std::size_t piece, ScratchFile& file,
                                           const ScratchFile::Buffer& buffer) {
  const std::size_t begin = piece * kPieceBytes, bytes = piece_bytes(piece);
  const std::byte* const memory = (is_write ? from.data() : to.data()) + begin;
  if (is_write) checksums[piece] = spill_checksum(memory, bytes);
  const Transferred moved = is_write ? file.write(extent.offset + begin, from.subspan(begin, bytes), buffer)
                                     : file.read(extent.offset + begin, to.subspan(begin, bytes), buffer);
  if (!is_write) checksums[piece] = spill_checksum(memory, moved.bytes);
  return moved;
}

SpillFile::SpillFile(const std::filesystem::path& directory, const TransferCalls& calls, EventLog* events)
    : file_(directory, calls), events_(events) {
  for (std::size_t thread = 0; events != nullptr && thread < lanes_.size(); ++thread)
    lanes_[thread] = &events->lane("disk " + std::to_string(thread));
  const WithoutSignals quiet;
  try {
    for (std::size_t thread = 0; thread < threads_.size(); ++thread)
      threads_[thread] = std::thread([this, thread] { work(thread); });
  } catch (const std::system_error& error) {
    close();
    throw Error("spilling results", std::string("the system allows no thread for it: ") + error.what(),
                "raise the limit (ulimit -u, ulimit -v), or ask for fewer threads with --bask-threads",
                ExitCode::kUsage);
  }
}

SpillFile::~SpillFile() {
  close();
}

void SpillFile::close() {
  {
    const Held held(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void SpillFile::write(std::span<const std::byte> bytes, Done done) {
  const auto transfer = std::make_shared<Transfer>(Extent{.bytes = bytes.size()}, bytes,
                                                   std::span<std::byte>(), true, std::move(done));
  {
    const Held held(mutex_);
    transfer->extent.offset = space_.take(bytes.size());
    writes_.waiting.push_back(transfer);
  }
  changed_.notify_all();
}

void SpillFile::read(const Extent& extent, std::span<std::byte> into, Done done) {
  assert(into.size() == extent.bytes);
  const auto transfer =
      std::make_shared<Transfer>(extent, std::span<const std::byte>(), into, false, std::move(done));
  {
    const Held held(mutex_);
    reads_.waiting.push_back(transfer);
  }
  changed_.notify_all();
}

void SpillFile::free(const Extent& extent) {
  const Held held(mutex_);
  space_.give_back(extent.offset, extent.bytes);
}

SpillCounts SpillFile::counts() const {
  const Held held(mutex_);
  return {writes_.bytes, reads_.bytes, writes_.time, reads_.time};
}

std::uint64_t SpillFile::bytes_held() const {
  const Held held(mutex_);
  return space_.used_bytes();
}

void SpillFile::work(std::size_t thread) {
  const Held held(mutex_);
  while (true) {
    Direction& direction = reads_.waiting.empty() ? writes_ : reads_;
    if (direction.waiting.empty()) {
      if (is_closing_) return;
      changed_.wait(mutex_);
      continue;
    }
    const std::shared_ptr<Transfer> transfer = direction.waiting.front();
    if (is_closing_) {
      transfer->is_stopped = true;
      skip_rest(direction, *transfer);
    } else {
      transfer_next_piece(direction, *transfer, thread);
    }
    if (transfer->is_over()) end(*transfer);
  }
}

void SpillFile::skip_rest(Direction& direction, Transfer& transfer) {
  if (transfer.begun == transfer.checksums.size()) return;
  transfer.begun = transfer.checksums.size();
  direction.waiting.pop_front();  // what has begun and still waits is the first
}

void SpillFile::transfer_next_piece(Direction& direction, Transfer& transfer, std::size_t thread) {
  using Clock = std::chrono::steady_clock;
  const std::size_t piece = transfer.begun++;
  if (transfer.begun == transfer.checksums.size()) direction.waiting.pop_front();
  ++transfer.running;
  if (direction.running++ == 0) direction.running_since = Clock::now();

  mutex_.unlock();
  const Transferred done = [&] {
    LaneSpan span(lanes_[thread], transfer.is_write ? Activity::kSpill : Activity::kReadBack);
    span.set_bytes(transfer.piece_bytes(piece));
    return transfer.run_piece(piece, file_, buffers_[thread]);
  }();
  mutex_.lock();

  if (--direction.running == 0) direction.time += Clock::now() - direction.running_since;
  --transfer.running;
  direction.bytes += done.bytes;
  if (done.error == 0 && done.bytes == transfer.piece_bytes(piece)) return;
  if (transfer.error == 0) transfer.error = done.error;
  transfer.is_cut_off = transfer.is_cut_off || done.error == 0;
  skip_rest(direction, transfer);
}

void SpillFile::end(Transfer& transfer) {
  if (transfer.is_write && (transfer.error != 0 || transfer.is_stopped))
    space_.give_back(transfer.extent.offset, transfer.extent.bytes);
  SpillOutcome outcome = outcome_of(transfer);
  mutex_.unlock();
  if (events_ != nullptr && outcome.kind == SpillOutcome::Kind::kDone) {
    transfer.is_write ? events_->spilled(transfer.extent.bytes) : events_->read_back(transfer.extent.bytes);
  }
  std::exchange(transfer.done, nullptr)(std::move(outcome));
  mutex_.lock();
}

SpillOutcome SpillFile::outcome_of(const Transfer& transfer) const {
  using Kind = SpillOutcome::Kind;
  const std::uint64_t bytes = transfer.extent.bytes;
  if (transfer.is_write) {
    if (transfer.error != 0) {
      return {.kind = means_full_disk(transfer.error) ? Kind::kFull : Kind::kBroken,
              .error = spill_not_written(directory(), bytes, transfer.error, space_.used_bytes())};
    }
  } else {
    if (transfer.error != 0)
      return {Kind::kBroken, transfer.extent, spill_not_read(directory(), bytes, transfer.error)};
    if (transfer.is_cut_off) return {Kind::kBroken, transfer.extent, spill_cut_off(directory(), bytes)};
  }
  if (transfer.is_stopped)
    return {Kind::kStopped, transfer.extent, spill_stopped(directory(), bytes, transfer.is_write)};
  Extent extent = transfer.extent;
  extent.checksum = transfer.checksum();
  if (!transfer.is_write && extent.checksum != transfer.extent.checksum)
    return {Kind::kBroken, transfer.extent, spill_changed(directory(), bytes)};
  return {Kind::kDone, extent, {}};
}

}  // namespace bask
