#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/journal/journal_load.hpp>
#include <bask/journal/journal_reader.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kMostOpen = 64;
constexpr std::uint64_t kSmall = 64 << 10;            // payloads up to this are read with their heads
constexpr std::size_t kPiece = std::size_t{1} << 20;  // is hashed while it is in the cache

// The file is there, but without the bytes that were written: a restart can do without the record. Other
// failures are Errors.
struct Corrupt {
  std::string what;
};

// Shared, as a file may leave the list while another thread reads from it.
using OpenFile = std::shared_ptr<const FileDescriptor>;

class OpenJournals {
 public:
  struct Opened {
    OpenFile file;
    bool is_fresh;
  };

  Opened open(const std::filesystem::path& path) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find_if(files_.begin(), files_.end(), [&](const Entry& entry) {
        return entry.path.native() == path.native();
      });
      if (found != files_.end()) {
        files_.splice(files_.begin(), files_, found);
        return {files_.front().file, false};
      }
    }
    FileDescriptor file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file.is_open()) refuse(path, errno);
    auto shared = std::make_shared<const FileDescriptor>(std::move(file));
    const std::lock_guard lock(mutex_);
    files_.push_front({path, shared});
    if (files_.size() > kMostOpen) files_.pop_back();
    return {std::move(shared), true};
  }

  void forget(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    files_.remove_if([&](const Entry& entry) { return entry.path.native() == path.native(); });
  }
  void forget_all() {
    const std::lock_guard lock(mutex_);
    files_.clear();
  }

  [[noreturn]] static void refuse(const std::filesystem::path& path, int error) {
    throw Error("journal", fmt::format("'{}' cannot be read: {}", path.string(), error_text(error)),
                error == ENOENT ? "all nodes must see the directory of --bask-checkpoint"
                                : "check the file system and the file's owner, or delete the file: what it "
                                  "has is computed again then");
  }

 private:
  struct Entry {
    std::filesystem::path path;
    OpenFile file;
  };
  std::mutex mutex_;
  std::list<Entry> files_;  // the most recently used first
};

OpenJournals& open_journals() {
  static OpenJournals journals;
  return journals;
}

bool has_record(const RecordHead& head, const RecordPlace& place, const Key& key) {
  return head.key == key && head.type_hash == place.type_hash && head.size == place.size &&
         head.checksum == place.checksum && static_cast<std::uint32_t>(head.kind) == place.kind;
}

/// One record of an open file.
class Loading {
 public:
  Loading(const std::filesystem::path& path, const FileDescriptor& file, const RecordPlace& place)
      : path_(path), file_(file), place_(place) {}

  Value load(const Key& key) const {
    const ValueType* type = find_journal_type(place_.type_hash);
    const bool is_small = place_.size <= kSmall;
    std::vector<std::byte> bytes(sizeof(RecordHead) + (is_small ? static_cast<std::size_t>(place_.size) : 0));
    if (!is_small) expect_size();
    read(place_.offset, bytes);
    RecordHead head;
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (!has_record(head, place_, key)) throw Corrupt{"another record is there"};
    if (type == nullptr && place_.type_hash == 0) return {};
    if (type == nullptr) throw Corrupt{"this program has not the type of its value"};
    const auto payload = std::span<const std::byte>(bytes).subspan(sizeof(head));
    const bool is_whole = static_cast<RecordKind>(place_.kind) == RecordKind::kWhole;
    if (is_whole && type->contiguous == nullptr) throw Corrupt{"its type was contiguous and no longer is"};
    if (is_small) return is_whole ? copy_whole(*type->contiguous, payload) : decode_value(*type, payload);
    if (is_whole) return load_whole(*type->contiguous);
    const auto size = static_cast<std::size_t>(place_.size);
    const auto encoded = std::make_unique_for_overwrite<std::byte[]>(size);
    read(place_.offset + sizeof(RecordHead), {encoded.get(), size});
    return decode_value(*type, {encoded.get(), size});
  }

 private:
  void read(std::uint64_t offset, std::span<std::byte> to) const {
    const Transferred done = read_at(file_, offset, to);
    if (done.error != 0) OpenJournals::refuse(path_, done.error);
    if (done.bytes != to.size()) throw Corrupt{"the file ends before the record does"};
  }

  /// To be called before memory is taken for the payload.
  void expect_size() const {
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) OpenJournals::refuse(path_, errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const std::uint64_t begin = place_.offset + sizeof(RecordHead);
    if (begin < place_.offset || begin > size || place_.size > size - begin) {
      throw Corrupt{fmt::format("the file ends at byte {}, before the record does", size)};
    }
  }

  void expect_checksum(std::uint64_t checksum) const {
    if (checksum != place_.checksum) throw Corrupt{"its checksum is another"};
  }

  Value copy_whole(const ContiguousType& contiguous, std::span<const std::byte> payload) const {
    expect_checksum(journal_checksum(payload));
    Value value;
    contiguous.reserve(value, payload.size());
    std::byte* to = contiguous.grow(value, payload.size());
    if (!payload.empty()) std::memcpy(to, payload.data(), payload.size());
    contiguous.check(value);
    return value;
  }

  /// Reads straight into the memory of the value.
  Value load_whole(const ContiguousType& contiguous) const {
    const auto size = static_cast<std::size_t>(place_.size);
    Value value;
    contiguous.reserve(value, size);
    JournalChecksum checksum;
    for (std::size_t done = 0; done < size;) {
      const std::size_t piece = std::min(kPiece, size - done);
      const std::span<std::byte> to(contiguous.grow(value, done + piece) + done, piece);
      read(place_.offset + sizeof(RecordHead) + done, to);
      checksum.add(to);
      done += piece;
    }
    expect_checksum(checksum.value());
    contiguous.check(value);
    return value;
  }

  Value decode_value(const ValueType& type, std::span<const std::byte> payload) const {
    expect_checksum(journal_checksum(payload));
    ByteReader reader(payload);
    Value value = type.decode(reader);
    reader.expect_end();
    return value;
  }

  const std::filesystem::path& path_;
  const FileDescriptor& file_;
  const RecordPlace& place_;
};

// Marks the record as dead. Returns whether the next reader will pass over it.
bool mark_as_dead(const std::filesystem::path& path, const RecordPlace& place, const Key& key) {
  const FileDescriptor file = open_file(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
  if (!file.is_open()) return false;
  JournalHeader header;
  if (read_at(file, 0, std::as_writable_bytes(std::span(&header, 1))).bytes != sizeof(header) ||
      !refusal_of(header).empty()) {
    return true;  // the reader will pass over the whole file
  }
  RecordHead head;
  if (read_at(file, place.offset, std::as_writable_bytes(std::span(&head, 1))).bytes != sizeof(head) ||
      !is_record_head(head, header.nonce, place.offset) || !has_record(head, place, key)) {
    return true;  // no such record: the reader will pass over these bytes
  }
  head.kind = RecordKind::kDead;
  bind_record_head(head, header.nonce, place.offset);
  return write_at(file, place.offset, std::as_bytes(std::span(&head, 1))).error == 0 &&
         ::fdatasync(file.number()) == 0;
}

[[noreturn]] void report_corrupt(const std::filesystem::path& path, const RecordPlace& place, const Key& key,
                                 const std::string& what) {
  const bool is_marked = mark_as_dead(path, place, key);
  throw Error(
      "journal",
      fmt::format("the record at byte {} of '{}' cannot be used: {}", place.offset, path.string(), what),
      is_marked ? "start the program again: it computes this result then"
                : "delete the file and start the program again: it computes its results then",
      ExitCode::kResumable);
}

}  // namespace

Value load_record(const std::filesystem::path& directory, const std::string& file_name,
                  const RecordPlace& place, const Key& key) {
  const std::filesystem::path path = directory / file_name;
  for (;;) {
    const auto [file, is_fresh] = open_journals().open(path);
    std::string what;
    try {
      return Loading(path, *file, place).load(key);
    } catch (const Corrupt& corrupt) {
      what = corrupt.what;
    } catch (const Error& error) {
      if (error.where() == "journal") throw;
      what = error.what();  // from decoding: the checksum is right, but the bytes are of another type
    }
    if (is_fresh) report_corrupt(path, place, key, what);
    open_journals().forget(path);  // another file may have this name by now: tries once more
  }
}

void forget_open_journals() {
  open_journals().forget_all();
}

}  // namespace bask
