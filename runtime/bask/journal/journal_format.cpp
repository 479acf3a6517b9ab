#include <fmt/format.h>
#include <xxhash.h>
#include <bask/core/type_registry.hpp>
#include <bask/core/value.hpp>
#include <bask/journal/journal_format.hpp>

#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <new>
#include <random>
#include <unordered_map>

namespace bask {
namespace {

constexpr std::uint64_t kJournalMagic = 0x4c4e524a4b534142;  // "BASKJRNL"
constexpr std::uint32_t kRecordMagic = 0x63655242;           // "BRec"
constexpr std::string_view kPrefix = "journal-";

template <class T>
std::uint64_t checksum_of(const T& object, std::size_t size, std::uint64_t seed) {
  return XXH3_64bits_withSeed(&object, size, seed);
}

std::uint64_t head_checksum(const RecordHead& head, std::uint64_t nonce, std::uint64_t offset) {
  // The seed is a hash of nonce and offset, not their sum or the like: no other pair may give the same seed.
  const std::array<std::uint64_t, 2> place{nonce, offset};
  return checksum_of(head, offsetof(RecordHead, head_checksum), XXH3_64bits(place.data(), sizeof(place)));
}

std::unordered_map<std::uint64_t, const ValueType*> types_by_hash() {
  const TypeRegistry& registry = TypeRegistry::instance();
  std::unordered_map<std::uint64_t, const ValueType*> types;
  for (std::uint32_t number = 0; number < registry.size(); ++number) {
    types.emplace(journal_type_hash(&registry[number]), &registry[number]);
  }
  return types;
}

// Takes only digits as std::to_string writes them, so that two names never have the same numbers.
std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (std::to_string(number) != text) return std::nullopt;
  return number;
}

}  // namespace

JournalHeader make_journal_header(const JournalIdentity& identity) {
  std::random_device random;
  JournalHeader header{
      .magic = kJournalMagic,
      .format = kJournalFormat,
      .size = sizeof(JournalHeader),
      .program = identity.program,
      .attempt = identity.attempt,
      .rank = identity.rank,
      .nonce = std::uint64_t{random()} << 32 | random(),
      .started_s = static_cast<std::int64_t>(std::time(nullptr)),
      .checksum = 0,
  };
  header.checksum = checksum_of(header, offsetof(JournalHeader, checksum), kJournalMagic);
  return header;
}

std::string refusal_of(const JournalHeader& header) {
  if (header.magic != kJournalMagic) return "is no journal of Bask";
  if (header.format != kJournalFormat || header.size != sizeof(JournalHeader)) {
    return fmt::format("has format {}, and this version of Bask reads format {}", header.format,
                       kJournalFormat);
  }
  if (header.checksum != checksum_of(header, offsetof(JournalHeader, checksum), kJournalMagic)) {
    return "has a corrupt header (checksum)";
  }
  return {};
}

std::uint64_t journal_checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

JournalChecksum::JournalChecksum() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(state_);
}

JournalChecksum::~JournalChecksum() {
  XXH3_freeState(state_);
}

void JournalChecksum::add(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_, bytes.data(), bytes.size());
}

std::uint64_t JournalChecksum::value() const {
  return XXH3_64bits_digest(state_);
}

RecordHead make_record_head(RecordKind kind, const Key& key, std::uint64_t type_hash, std::uint64_t size,
                            std::uint64_t checksum) {
  return {.magic = kRecordMagic,
          .kind = kind,
          .reserved = 0,
          .key = key,
          .type_hash = type_hash,
          .size = size,
          .checksum = checksum,
          .head_checksum = 0};
}

void bind_record_head(RecordHead& head, std::uint64_t nonce, std::uint64_t offset) {
  head.head_checksum = head_checksum(head, nonce, offset);
}

bool is_record_head(const RecordHead& head, std::uint64_t nonce, std::uint64_t offset) {
  return head.magic == kRecordMagic && head.head_checksum == head_checksum(head, nonce, offset);
}

std::uint64_t journal_type_hash(const ValueType* type) {
  if (type == nullptr) return 0;
  const char* name = type->info->name();
  return XXH3_64bits_withSeed(name, std::strlen(name), type->size);
}

const ValueType* find_journal_type(std::uint64_t type_hash) {
  static const auto types = types_by_hash();
  const auto found = types.find(type_hash);
  return found == types.end() ? nullptr : found->second;
}

std::string journal_name(std::uint32_t attempt, std::uint32_t rank) {
  return fmt::format("{}{}-{}", kPrefix, attempt, rank);
}

std::optional<JournalNumbers> parse_journal_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto attempt = parse_number(name.substr(0, dash));
  const auto rank = parse_number(name.substr(dash + 1));
  if (!attempt || !rank) return std::nullopt;
  return JournalNumbers{*attempt, *rank};
}

}  // namespace bask
