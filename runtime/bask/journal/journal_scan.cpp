#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/serialization.hpp>
#include <bask/journal/journal_scan.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bask {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10;
constexpr std::size_t kAfterAJump = std::size_t{8} << 10;  // likely only the head of a long record is read
constexpr std::uint64_t kReadAtOnce = 64 << 10;
constexpr std::uint64_t kMostReported = 5;  // damages of one file: the rest is counted

}  // namespace

std::span<const std::byte> BufferedFile::at(std::uint64_t offset, std::size_t bytes) {
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, size_ - std::min(offset, size_)));
  if (bytes == 0) return {};
  if (offset < begin_ || offset + bytes > begin_ + buffer_.size()) {
    const bool is_jump = offset < begin_ || offset > begin_ + buffer_.size();
    const std::size_t wanted = std::max(bytes, is_jump ? kAfterAJump : kBuffer);
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, size_ - offset)));
    begin_ = offset;
    buffer_.resize(read_at(file_, offset, buffer_).bytes);
  }
  const auto there = std::span(std::as_const(buffer_)).subspan(static_cast<std::size_t>(offset - begin_));
  return there.first(std::min(there.size(), bytes));
}

std::uint64_t BufferedFile::next_data(std::uint64_t offset) const {
  const off_t data = ::lseek(file_.number(), static_cast<off_t>(offset), SEEK_DATA);
  if (data < 0) return errno == ENXIO ? size_ : offset;  // some file systems know of no holes
  return std::max(offset, static_cast<std::uint64_t>(data));
}

JournalScan::JournalScan(const std::filesystem::path& directory, std::string name, const Key& program,
                         JournalContents& contents)
    : name_(std::move(name)), program_(program), contents_(contents) {
  // O_NONBLOCK: does not wait for the other end of a pipe.
  // O_NOCTTY: a terminal does not become this process's own.
  const FileDescriptor file = open_file(directory / name_, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    report(fmt::format("cannot be opened ({}); its results are computed again", error_text(errno)));
  } else if (!S_ISREG(status.st_mode)) {
    report("is no file, and is left alone");
  } else {
    BufferedFile buffered(file, static_cast<std::uint64_t>(status.st_size));
    if (read_header(buffered)) scan(buffered);
  }
  if (reported_ > kMostReported) {
    contents_.damages.push_back(
        {fmt::format("{}: {} more of such places", name_, reported_ - kMostReported), more_are_normal_});
  }
}

bool JournalScan::read_header(BufferedFile& file) {
  JournalHeader header;
  const auto bytes = file.at(0, sizeof(header));
  if (bytes.size() < sizeof(header)) {
    report(fmt::format("ends in its header ({} bytes), which is normal after a kill", bytes.size()), true);
    return false;
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (const std::string refusal = refusal_of(header); !refusal.empty()) {
    report(refusal + "; its results are computed again");
    return false;
  }
  nonce_ = header.nonce;
  file_ = {.name = name_,
           .identity = {header.program, header.attempt, header.rank},
           .size = file.size(),
           .started_s = header.started_s};
  is_other_version_ = header.program != program_;
  contents_.last_attempt = std::max(contents_.last_attempt, header.attempt);
  return true;
}

void JournalScan::scan(BufferedFile& file) {
  std::uint64_t offset = sizeof(JournalHeader);
  while (offset < file.size()) {
    const std::uint64_t found = find_record(file, offset);
    if (found != offset) lose(file, offset, found);
    if (found >= file.size()) break;
    Found record{.head = {}, .offset = found};
    std::memcpy(&record.head, file.at(found, sizeof(RecordHead)).data(), sizeof(RecordHead));
    if (record.head.size > file.size() - record.payload() || record.end() > file.size()) {
      lose(file, found, file.size());
      break;
    }
    take(file, record);
    offset = record.end();
  }
  take_long_results(file);
  for (const Loss& loss : losses_) report(loss);
  if (!is_other_version_) contents_.files.push_back(std::move(file_));
}

/// The offset of the next record from `offset` on, tried in steps of 8; the file's end when there is none.
std::uint64_t JournalScan::find_record(BufferedFile& file, std::uint64_t offset) const {
  const std::uint64_t first = offset;
  for (; offset < file.size(); offset += 8) {
    // After 256 KiB without a record there may be a hole, of any size.
    if (offset != first && (offset - first) % kBuffer == 0) {
      offset = (file.next_data(offset) + 7) / 8 * 8;
      if (offset >= file.size()) break;
    }
    RecordHead head;
    const auto bytes = file.at(offset, sizeof(head));
    if (bytes.size() < sizeof(head)) break;
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (is_record_head(head, nonce_, offset)) return offset;
  }
  return file.size();
}

void JournalScan::take(BufferedFile& file, const Found& record) {
  if (record.head.kind == RecordKind::kDead) return;
  if (record.head.size > kReadAtOnce) {
    if (is_result(record.head.kind)) long_results_.push_back(record);
    return;
  }
  const auto payload = file.at(record.payload(), static_cast<std::size_t>(record.head.size));
  if (payload.size() != record.head.size || journal_checksum(payload) != record.head.checksum) {
    losses_.push_back({Loss::Kind::kRecord, record.offset, record.end()});
    return;
  }
  switch (record.head.kind) {
    case RecordKind::kEncoded:
    case RecordKind::kWhole:
      take_result(record);
      break;
    case RecordKind::kNote:
      take_note(payload);
      break;
    case RecordKind::kEnd:
      file_.exit_code = static_cast<int>(static_cast<std::int64_t>(record.head.key.low));
      break;
    case RecordKind::kSynced:
      synced_to_ = std::max(synced_to_, record.head.key.low);
      break;
    default:
      report(fmt::format("the record at byte {} is of an unknown kind, and is left out", record.offset));
  }
}

void JournalScan::take_result(const Found& record) {
  const RecordHead& head = record.head;
  if (is_other_version_) {
    ++contents_.results_of_other_versions;
    return;
  }
  const ValueType* type = find_journal_type(head.type_hash);
  const bool is_known = type == nullptr ? head.type_hash == 0 && head.size == 0
                                        : head.kind == RecordKind::kEncoded || type->contiguous != nullptr;
  if (!is_known) {
    ++contents_.results_of_unknown_types;
    return;
  }
  ++file_.results;
  const RecordPlace place{.file = static_cast<std::uint32_t>(contents_.files.size()),
                          .kind = static_cast<std::uint32_t>(head.kind),
                          .offset = record.offset,
                          .size = head.size,
                          .type_hash = head.type_hash,
                          .checksum = head.checksum};
  if (contents_.records.emplace(head.key, place).second) contents_.bytes += head.size;
}

void JournalScan::take_note(std::span<const std::byte> payload) {
  if (is_other_version_) return;
  try {
    ByteReader reader(payload);
    auto name = decode<std::string>(reader);
    auto text = decode<std::string>(reader);
    contents_.notes.push_back(
        {file_.identity.attempt, file_.identity.rank, std::move(name), std::move(text)});
  } catch (const Error& error) {
    report(std::string("a note cannot be read: ") + error.what());
  }
}

void JournalScan::take_long_results(BufferedFile& file) {
  for (const Found& record : long_results_) {
    if (record.end() <= synced_to_ || has_checksum(file, record)) {
      take_result(record);
    } else {
      losses_.push_back({Loss::Kind::kRecord, record.offset, record.end()});
    }
  }
}

bool JournalScan::has_checksum(BufferedFile& file, const Found& record) const {
  if (is_other_version_) return true;  // its results are only counted
  JournalChecksum checksum;
  std::uint64_t done = 0;
  while (done < record.head.size) {
    const auto piece =
        file.at(record.payload() + done,
                static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, record.head.size - done)));
    if (piece.empty()) return false;
    checksum.add(piece);
    done += piece.size();
  }
  return checksum.value() == record.head.checksum;
}

bool JournalScan::is_never_written(BufferedFile& file, std::uint64_t begin, std::uint64_t end) const {
  while ((begin = file.next_data(begin)) < end) {
    const auto piece =
        file.at(begin, static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, end - begin)));
    if (piece.empty() ||
        std::any_of(piece.begin(), piece.end(), [](auto byte) { return byte != std::byte{0}; })) {
      return false;
    }
    begin += piece.size();
  }
  return true;
}

void JournalScan::lose(BufferedFile& file, std::uint64_t begin, std::uint64_t end) {
  if (end == file.size()) {
    report(fmt::format("ends in the middle of a record (torn tail of {} bytes), which is normal after a kill",
                       end - begin),
           true);
  } else {
    const auto kind = is_never_written(file, begin, end) ? Loss::Kind::kHole : Loss::Kind::kGap;
    losses_.push_back({kind, begin, end});
  }
}

void JournalScan::report(const Loss& loss) {
  // Records are written in any order: of those behind the last mark, a kill may leave any in pieces.
  const bool is_normal = !file_.exit_code && loss.begin >= synced_to_;
  if (loss.kind == Loss::Kind::kRecord) {
    report(is_normal
               ? fmt::format("the record at byte {} is not whole, which is normal after a kill", loss.begin)
               : fmt::format("the record at byte {} is corrupt (checksum); what it had is computed again",
                             loss.begin),
           is_normal);
  } else {
    const char* what = loss.kind == Loss::Kind::kHole ? "were never written" : "are no whole record";
    const char* meaning = is_normal ? ", which is normal after a kill" : "; what was there is computed again";
    report(fmt::format("bytes {} to {} {}{}", loss.begin, loss.end, what, meaning), is_normal);
  }
}

void JournalScan::report(std::string what, bool is_normal) {
  if (is_other_version_) return;
  if (++reported_ > kMostReported) {
    more_are_normal_ = more_are_normal_ && is_normal;
    return;
  }
  contents_.damages.push_back({fmt::format("{}: {}", name_, what), is_normal});
}

}  // namespace bask
