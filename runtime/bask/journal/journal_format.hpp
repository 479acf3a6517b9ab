// journal_format.hpp: the bytes of a journal: its header, and the head of each record. journal_format.md has
// the whole layout and the reasons for it.
// Runs on: every rank. Threads: any; all of it is data and pure functions.
#pragma once

#include <bask/core/key.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

struct XXH3_state_s;

namespace bask {

struct ValueType;

/// Which program, attempt and rank a journal belongs to.
struct JournalIdentity {
  Key program;                ///< the program's version: results of another one are not used
  std::uint32_t attempt = 1;  ///< 1 for the first start, one more for each restart
  std::uint32_t rank = 0;
};

/// Goes up with every change of these layouts, and of the bytes that `encode` writes.
inline constexpr std::uint32_t kJournalFormat = 1;

/// The first bytes of a journal.
struct JournalHeader {
  std::uint64_t magic;
  std::uint32_t format;
  std::uint32_t size;  ///< of this header
  Key program;
  std::uint32_t attempt;
  std::uint32_t rank;
  std::uint64_t nonce;     ///< random, so that a record of one journal is never taken for one of another
  std::int64_t started_s;  ///< since 1970, for people
  std::uint64_t checksum;  ///< of the members above
};

enum class RecordKind : std::uint16_t {
  kEncoded = 1,  ///< a result, as `encode` writes it
  kWhole = 2,    ///< a result of a contiguous type: its bytes, and nothing else
  kNote = 3,     ///< two strings, encoded
  kEnd = 4,      ///< the attempt ended in order: its exit code in `key.low`
  kSynced = 5,   ///< all before byte `key.low` had reached the disk
  kDead = 6,     ///< was a result; it could not be read back
};

constexpr bool is_result(RecordKind kind) {
  return kind == RecordKind::kEncoded || kind == RecordKind::kWhole;
}

/// Before the payload of every record. Records begin at multiples of 8.
struct RecordHead {
  std::uint32_t magic;
  RecordKind kind;
  std::uint16_t reserved;
  Key key;
  std::uint64_t type_hash;
  std::uint64_t size;           ///< of the payload, without its padding
  std::uint64_t checksum;       ///< of the payload
  std::uint64_t head_checksum;  ///< of the members above, the record's own offset, and the journal's nonce
};

static_assert(sizeof(JournalHeader) == 64 && sizeof(RecordHead) == 56);
static_assert(std::has_unique_object_representations_v<JournalHeader> &&
              std::has_unique_object_representations_v<RecordHead>);

JournalHeader make_journal_header(const JournalIdentity& identity);
/// Why a journal with this header cannot be read; empty when it can.
std::string refusal_of(const JournalHeader& header);

/// The checksum of payloads: XXH3, 64 bits.
std::uint64_t journal_checksum(std::span<const std::byte> bytes);
/// The same, of bytes that come in pieces.
class JournalChecksum {
 public:
  JournalChecksum();
  ~JournalChecksum();
  JournalChecksum(const JournalChecksum&) = delete;
  JournalChecksum& operator=(const JournalChecksum&) = delete;
  void add(std::span<const std::byte> bytes);
  std::uint64_t value() const;

 private:
  XXH3_state_s* state_;
};
/// A record's head, still without its checksum, which bind_record_head() sets for the record's place.
RecordHead make_record_head(RecordKind kind, const Key& key, std::uint64_t type_hash, std::uint64_t size,
                            std::uint64_t checksum);
void bind_record_head(RecordHead& head, std::uint64_t nonce, std::uint64_t offset);
/// Whether a record of this journal begins at `offset` with these bytes.
bool is_record_head(const RecordHead& head, std::uint64_t nonce, std::uint64_t offset);

/// Where a result lies. Tasks that read it have these bytes as their arguments.
struct RecordPlace {
  std::uint32_t file = 0;  ///< as CheckpointStart numbers them
  std::uint32_t kind = 0;  ///< RecordKind
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< of the payload: the bytes to be read
  std::uint64_t type_hash = 0;
  std::uint64_t checksum = 0;
  friend bool operator==(const RecordPlace&, const RecordPlace&) = default;
};
static_assert(std::is_trivially_copyable_v<RecordPlace>);

/// Bytes that a payload takes in the file: a multiple of 8.
constexpr std::uint64_t padded_size(std::uint64_t size) {
  return (size + 7) & ~std::uint64_t{7};
}

/// The number of a type in records: a hash of its name and size, so that a rebuilt program of the same
/// version knows it again. 0 stands for no value.
std::uint64_t journal_type_hash(const ValueType* type);
/// Null when this program has no such type.
const ValueType* find_journal_type(std::uint64_t type_hash);

/// "journal-<attempt>-<rank>".
std::string journal_name(std::uint32_t attempt, std::uint32_t rank);
struct JournalNumbers {
  std::uint32_t attempt, rank;
};
/// Empty for other names.
std::optional<JournalNumbers> parse_journal_name(std::string_view name);

}  // namespace bask
