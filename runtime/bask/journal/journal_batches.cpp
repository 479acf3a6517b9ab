#include <bask/journal/journal_batches.hpp>

#include <cstddef>
#include <utility>

namespace bask {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWrittenAlone = std::size_t{256} << 10;  // a copy costs more than a system call
constexpr std::size_t kWrittenAtOnce = std::size_t{1} << 20;   // a batch of this size does not wait
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
  Held held(mutex_);
  while (batch_.size() >= kMostWaiting && !has_failed()) conditions_.changed.wait(mutex_);
  if (has_failed()) return 0;
  const std::size_t before = batch_.size();
  const std::uint64_t offset = places_.take(bytes);
  if (before == 0) places_.begin_write(offset);
  file_.bind(head, offset);
  batch_.append(head, offset, payload);
  count_held();
  note_appended(head, bytes);
  const std::size_t after = batch_.size();
  held.unlock();
  const bool is_news = before == 0 || (before < kWrittenAtOnce && after >= kWrittenAtOnce);
  if (is_news) conditions_.to_write.notify_one();
  return offset;
}

std::uint64_t JournalBatches::write_alone(RecordHead& head, std::span<const std::byte> payload) {
  const std::uint64_t bytes = bytes_of(head);
  Held held(mutex_);
  if (has_failed()) return 0;
  const std::uint64_t offset = places_.take(bytes);
  places_.begin_write(offset);
  cost_.set_not_synced(places_.not_synced());
  held.unlock();
  file_.bind(head, offset);
  const auto start = Clock::now();
  const int error = file_.write(head, offset, payload);
  const std::int64_t ns = ns_since(start);
  held.lock();
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
  conditions_.changed.notify_all();
  cut_back_when_quiet();
}

void JournalBatches::count_held() {
  held_bytes_.store(batch_.held_bytes() + writing_.held_bytes(), std::memory_order_relaxed);
}

void JournalBatches::note_written(std::uint64_t end) {
  places_.note_written(end);
  if (!sync_demand_.since) sync_demand_.since = Clock::now();
  conditions_.to_sync.notify_one();
}

void JournalBatches::fail(int error, const char* what) {
  if (has_failed()) return;
  failure_ = file_.failure(what, error).what();
  has_failed_ = true;
  conditions_.changed.notify_all();
  conditions_.to_write.notify_one();
}

void JournalBatches::cut_back_when_quiet() const {
  if (has_failed() && places_.is_quiet()) file_.cut_back(places_.written_end());
}

const RecordBatch* JournalBatches::next_batch(std::chrono::milliseconds patience) {
  const Held held(mutex_);
  while (batch_.is_empty() && phase_ == Phase::kOpen) conditions_.to_write.wait(mutex_);
  if (batch_.is_empty()) {
    phase_ = Phase::kWritten;
    conditions_.to_sync.notify_one();
    return nullptr;
  }
  const auto due = batch_.since() + patience;
  while (!is_batch_urgent() && conditions_.to_write.wait_until(mutex_, due)) {
  }
  std::swap(batch_, writing_);
  conditions_.changed.notify_all();
  return &writing_;
}

bool JournalBatches::is_batch_urgent() const {
  return phase_ == Phase::kClosing || sync_demand_.waiting_for_file > 0 || batch_.size() >= kWrittenAtOnce ||
         has_failed();
}

void JournalBatches::batch_written(const BatchWritten& written, std::int64_t ns) {
  const Held held(mutex_);
  places_.end_write(writing_.first_offset());
  statistics_.writes += written.calls;
  if (written.error == 0) cost_.written(writing_.size(), ns);
  if (written.end != 0) note_written(written.end);
  if (written.error != 0) fail(written.error, "cannot be written");
  writing_.clear();
  count_held();
  conditions_.changed.notify_all();
  cut_back_when_quiet();
}

std::optional<std::uint64_t> JournalBatches::next_sync(std::chrono::milliseconds patience) {
  const Held held(mutex_);
  while (!sync_demand_.since && phase_ != Phase::kWritten) conditions_.to_sync.wait(mutex_);
  if (!sync_demand_.since) return std::nullopt;
  const auto due = *sync_demand_.since + patience;
  while (phase_ != Phase::kWritten && sync_demand_.waiting == 0 &&
         conditions_.to_sync.wait_until(mutex_, due)) {
  }
  sync_demand_.since.reset();
  return places_.whole_before();
}

void JournalBatches::write_mark(std::uint64_t synced_to) {
  RecordHead head = make_record_head(RecordKind::kSynced, {0, synced_to}, 0, 0, journal_checksum({}));
  Held held(mutex_);
  if (has_failed()) return;
  const std::uint64_t offset = places_.take_for_mark(sizeof(head));
  places_.begin_write(offset);
  held.unlock();
  file_.bind(head, offset);
  const int error = file_.write(head, offset, {});
  held.lock();
  end_alone(offset, sizeof(head), error);
}

void JournalBatches::sync_ended(std::uint64_t synced_to, int error, std::int64_t ns) {
  const Held held(mutex_);
  ++statistics_.syncs;
  if (error != 0) return fail(error, "cannot be brought to the disk");
  if (synced_to > places_.synced_to()) cost_.synced(synced_to - places_.synced_to(), ns);
  places_.note_synced(synced_to);
  cost_.set_not_synced(places_.not_synced());
  conditions_.changed.notify_all();
}

void JournalBatches::write_all(bool to_disk) {
  const Held held(mutex_);
  const std::uint64_t target = places_.appended_end();
  ++sync_demand_.waiting_for_file;
  sync_demand_.waiting += to_disk;
  conditions_.to_write.notify_one();
  conditions_.to_sync.notify_one();
  while ((to_disk ? places_.synced_to() : places_.whole_before()) < target && !has_failed()) {
    conditions_.changed.wait(mutex_);
  }
  --sync_demand_.waiting_for_file;
  sync_demand_.waiting -= to_disk;
}

void JournalBatches::close() {
  const Held held(mutex_);
  phase_ = Phase::kClosing;
  conditions_.to_write.notify_all();
}

std::string JournalBatches::failure() const {
  const Held held(mutex_);
  return failure_;
}

JournalStatistics JournalBatches::statistics() const {
  const Held held(mutex_);
  JournalStatistics now = statistics_;
  now.append_seconds = cost_.append_seconds();
  return now;
}

}  // namespace bask
