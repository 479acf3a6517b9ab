#include <bask/core/serialization.hpp>
#include <bask/journal/journal_batches.hpp>
#include <bask/journal/journal_file.hpp>
#include <bask/journal/journal_threads.hpp>
#include <bask/journal/journal_writer.hpp>

#include <string>

namespace bask {
namespace {

constexpr std::size_t kKeptForEncoding = std::size_t{1} << 20;

// Values are encoded without the journal's lock: each thread has a writer of its own, whose memory stays for
// the next value.
ByteWriter& encoder() {
  thread_local ByteWriter writer;
  if (writer.size() > kKeptForEncoding) {
    writer = ByteWriter();
  } else {
    writer.clear();
  }
  return writer;
}

}  // namespace

struct JournalWriter::Parts {
  Parts(const std::filesystem::path& directory, const JournalIdentity& identity, JournalTimes times)
      : file(directory, identity), threads(file, batches, times) {}

  JournalFile file;
  JournalBatches batches{file};
  JournalThreads threads;  // destroyed first: its threads use the others
};

JournalWriter::JournalWriter(const std::filesystem::path& directory, const JournalIdentity& identity,
                             JournalTimes times)
    : parts_(std::make_unique<Parts>(directory, identity, times)) {}

JournalWriter::~JournalWriter() = default;

std::optional<RecordPlace> JournalWriter::append(const Key& key, const Value& value) {
  if (parts_->batches.has_failed()) return {};
  RecordKind kind = RecordKind::kEncoded;
  std::span<const std::byte> payload;
  if (value.has_value() && value.type()->contiguous != nullptr) {
    kind = RecordKind::kWhole;
    payload = value.type()->contiguous->bytes(value.object());
  } else if (value.has_value()) {
    ByteWriter& writer = encoder();
    value.type()->encode(writer, value.object());
    payload = writer.bytes();
  }
  const RecordHead head =
      make_record_head(kind, key, journal_type_hash(value.type()), payload.size(), journal_checksum(payload));
  const std::uint64_t offset = parts_->batches.append(head, payload);
  if (offset == 0) return {};
  return RecordPlace{.kind = static_cast<std::uint32_t>(kind),
                     .offset = offset,
                     .size = head.size,
                     .type_hash = head.type_hash,
                     .checksum = head.checksum};
}

void JournalWriter::append_note(std::string_view name, std::string_view text) {
  ByteWriter& writer = encoder();
  encode(writer, std::string(name));
  encode(writer, std::string(text));
  parts_->batches.append(
      make_record_head(RecordKind::kNote, {}, 0, writer.size(), journal_checksum(writer.bytes())),
      writer.bytes());
}

void JournalWriter::append_end(int exit_code) {
  const Key key{0, static_cast<std::uint64_t>(static_cast<std::int64_t>(exit_code))};
  parts_->batches.append(make_record_head(RecordKind::kEnd, key, 0, 0, journal_checksum({})), {});
}

void JournalWriter::write_all() {
  parts_->batches.write_all(false);
}

void JournalWriter::sync() {
  parts_->batches.write_all(true);
}

bool JournalWriter::has_failed() const {
  return parts_->batches.has_failed();
}

std::string JournalWriter::failure() const {
  return parts_->batches.failure();
}

JournalStatistics JournalWriter::statistics() const {
  JournalStatistics now = parts_->batches.statistics();
  now.background_seconds = parts_->threads.cpu_seconds();
  return now;
}

std::int64_t JournalWriter::cost_ns(std::uint64_t bytes) const {
  return parts_->batches.cost_ns(bytes);
}

std::uint64_t JournalWriter::held_bytes() const {
  return parts_->batches.held_bytes();
}

const std::string& JournalWriter::name() const {
  return parts_->file.name();
}

}  // namespace bask
