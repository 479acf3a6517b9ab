#include <bask/journal/journal_batches.hpp>

#include <cstddef>

namespace bask {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWrittenAlone = std::size_t{256} << 10;  // a copy costs more than the call
constexpr std::size_t kWrittenAtOnce = std::size_t{1} << 20;   // a batch of so much does not wait
constexpr std::size_t kMostWaiting = std::size_t{16} << 20;    // fresh memory costs more than waiting

std::int64_t ns_since(Clock::time_point start) {
  return std::chrono::nanoseconds(Clock::now() - start).count();
}

std::uint64_t bytes_of(const RecordHead& head) {
  return sizeof(head) + padded_size(head.size);
}

}  // namespace

std::uint64_t JournalBatches::append(RecordHead head, std::span<const std::byte> payload) {
  if (has_failed()) return 0;
  const auto start = Clock::now();
  const std::uint64_t offset =
      payload.size() >= kWrittenAlone ? write_alone(head, payload) : append_to_batch(head, payload);
  cost_.appended(payload.size(), ns_since(start));
  return offset;
}

std::uint64_t JournalBatches::append_to_batch(RecordHead& head, std::span<const std::byte> payload) {
  const std::uint64_t bytes = bytes_of(head);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return batch_.size() < kMostWaiting || has_failed(); });
  if (has_failed()) return 0;
  const std::size_t before = batch_.size();
  const std::uint64_t offset = places_.take(bytes);
  if (before == 0) places_.begin_write(offset);
  file_.bind(head, offset);
  batch_.append(head, offset, payload);
  note_appended(head, bytes);
  const std::size_t after = batch_.size();
  lock.unlock();
  if (before == 0 || (before < kWrittenAtOnce && after >= kWrittenAtOnce)) to_write_.notify_one();
  return offset;
}

std::uint64_t JournalBatches::write_alone(RecordHead& head, std::span<const std::byte> payload) {
  const std::uint64_t bytes = bytes_of(head);
  std::unique_lock lock(mutex_);
  if (has_failed()) return 0;
  const std::uint64_t offset = places_.take(bytes);
  places_.begin_write(offset);
  cost_.set_not_synced(places_.not_synced());
  lock.unlock();
  file_.bind(head, offset);
  const auto start = Clock::now();
  const int error = file_.write(head, offset, payload);
  const std::int64_t ns = ns_since(start);
  lock.lock();
  end_alone(offset, bytes, error);
  if (error != 0) return 0;
  note_appended(head, bytes);
  note_written(offset + bytes);
  statistics_.writes += 2;
  cost_.written(bytes, ns);
  return offset;
}

void JournalBatches::note_appended(const RecordHead& head, std::uint64_t bytes) {
  statistics_.bytes += bytes;
  if (is_result(head.kind)) ++statistics_.results;
  cost_.set_not_synced(places_.not_synced());
}

void JournalBatches::end_alone(std::uint64_t offset, std::uint64_t bytes, int error) {
  places_.end_write(offset);
  if (error != 0) {
    fail(error, "cannot be written");
  } else {
    places_.note_written(offset + bytes);
  }
  changed_.notify_all();
  cut_back_when_quiet();
}

void JournalBatches::note_written(std::uint64_t end) {
  places_.note_written(end);
  if (!sync_demand_.since) sync_demand_.since = Clock::now();
  sync_demand_.changed.notify_one();
}

void JournalBatches::fail(int error, const char* what) {
  if (has_failed()) return;
  failure_.text = file_.failure(what, error).what();
  failure_.is_there = true;
  changed_.notify_all();
  to_write_.notify_one();
}

void JournalBatches::cut_back_when_quiet() const {
  if (has_failed() && places_.is_quiet()) file_.cut_back(places_.written_end());
}

const RecordBatch* JournalBatches::next_batch(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  to_write_.wait(lock, [&] { return phase_ == Phase::kClosing || !batch_.is_empty(); });
  if (batch_.is_empty()) {
    phase_ = Phase::kWritten;
    sync_demand_.changed.notify_one();
    return nullptr;
  }
  to_write_.wait_until(lock, batch_.since() + patience, [&] {
    return phase_ == Phase::kClosing || waiting_ > 0 || batch_.size() >= kWrittenAtOnce || has_failed();
  });
  std::swap(batch_, writing_);
  changed_.notify_all();
  return &writing_;
}

void JournalBatches::batch_written(const BatchWritten& written, std::int64_t ns) {
  const std::lock_guard lock(mutex_);
  places_.end_write(writing_.first_offset());
  statistics_.writes += written.calls;
  if (written.error == 0) cost_.written(writing_.size(), ns);
  if (written.end != 0) note_written(written.end);
  if (written.error != 0) fail(written.error, "cannot be written");
  writing_.clear();
  changed_.notify_all();
  cut_back_when_quiet();
}

std::optional<std::uint64_t> JournalBatches::next_sync(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  SyncDemand& demand = sync_demand_;
  demand.changed.wait(lock, [&] { return demand.since || phase_ == Phase::kWritten; });
  if (!demand.since) return std::nullopt;
  demand.changed.wait_until(lock, *demand.since + patience,
                            [&] { return phase_ == Phase::kWritten || demand.waiting > 0; });
  demand.since.reset();
  return places_.whole_before();
}

void JournalBatches::write_mark(std::uint64_t synced_to) {
  RecordHead head = make_record_head(RecordKind::kSynced, {0, synced_to}, 0, 0, journal_checksum({}));
  std::unique_lock lock(mutex_);
  if (has_failed()) return;
  const std::uint64_t offset = places_.take_for_mark(sizeof(head));
  places_.begin_write(offset);
  lock.unlock();
  file_.bind(head, offset);
  const int error = file_.write(head, offset, {});
  lock.lock();
  end_alone(offset, sizeof(head), error);
}

void JournalBatches::sync_ended(std::uint64_t synced_to, int error, std::int64_t ns) {
  const std::lock_guard lock(mutex_);
  ++statistics_.syncs;
  if (error != 0) return fail(error, "cannot be brought to the disk");
  if (synced_to > places_.synced_to()) cost_.synced(synced_to - places_.synced_to(), ns);
  places_.note_synced(synced_to);
  cost_.set_not_synced(places_.not_synced());
  changed_.notify_all();
}

void JournalBatches::write_all(bool to_disk) {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = places_.appended_end();
  ++waiting_;
  sync_demand_.waiting += to_disk;
  to_write_.notify_one();
  sync_demand_.changed.notify_one();
  changed_.wait(lock, [&] {
    return (to_disk ? places_.synced_to() : places_.whole_before()) >= target || has_failed();
  });
  --waiting_;
  sync_demand_.waiting -= to_disk;
}

void JournalBatches::close() {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kClosing;
  }
  to_write_.notify_all();
}

std::string JournalBatches::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_.text;
}

JournalStatistics JournalBatches::statistics() const {
  const std::lock_guard lock(mutex_);
  JournalStatistics now = statistics_;
  now.append_seconds = cost_.append_seconds();
  return now;
}

}  // namespace bask
