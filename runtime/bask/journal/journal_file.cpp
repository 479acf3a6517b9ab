#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <bask/journal/journal_file.hpp>

#include <array>
#include <cerrno>

namespace bask {
namespace {

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

}  // namespace

JournalFile::JournalFile(const std::filesystem::path& directory, const JournalIdentity& identity)
    : directory_(directory),
      name_(journal_name(identity.attempt, identity.rank)),
      file_(open_file(directory / name_, O_WRONLY | O_CREAT | O_EXCL)) {
  if (!file_.is_open()) throw failure("cannot be created", errno);
  const JournalHeader header = make_journal_header(identity);
  nonce_ = header.nonce;
  const Transferred written = write_at(file_, 0, std::as_bytes(std::span(&header, 1)));
  if (written.error == 0) return;
  ::unlink((directory / name_).c_str());
  throw failure("cannot be written", written.error);
}

int JournalFile::write(const RecordHead& head, std::uint64_t offset,
                       std::span<const std::byte> payload) const {
  constexpr std::array<std::byte, 8> kPadding{};
  const std::uint64_t begin = offset + sizeof(head);
  Transferred done = write_at(file_, begin, payload);
  if (done.error == 0 && payload.size() % 8 != 0) {
    done = write_at(file_, begin + payload.size(),
                    std::span(kPadding).first(padded_size(payload.size()) - payload.size()));
  }
  if (done.error == 0) done = write_at(file_, offset, std::as_bytes(std::span(&head, 1)));
  return done.error;
}

BatchWritten JournalFile::write(const RecordBatch& batch) const {
  BatchWritten all;
  for (std::size_t number = 0; number < batch.extent_count(); ++number) {
    const auto [offset, bytes] = batch.extent(number);
    const Transferred done = write_at(file_, offset, bytes);
    ++all.calls;
    all.error = done.error;
    const std::uint64_t whole = done.error == 0 ? bytes.size() : whole_records(bytes, done.bytes);
    if (whole != 0) all.end = offset + whole;
    if (done.error != 0) break;
  }
  return all;
}

void JournalFile::cut_back(std::uint64_t end) const {
  [[maybe_unused]] const int ignored = ::ftruncate(file_.number(), static_cast<off_t>(end));
}

Error JournalFile::failure(const char* what, int error) const {
  return Error("journal", fmt::format("'{}' {}: {}", (directory_ / name_).string(), what, error_text(error)),
               what_to_do(error), ExitCode::kUsage);
}

}  // namespace bask
