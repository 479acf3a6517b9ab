#include "word_table.hpp"

#include "eight_bytes.hpp"

#include <algorithm>
#include <array>

namespace wordcount {
namespace {

constexpr std::size_t kFirstSlots = 1024;

std::uint64_t hash_of(std::span<const std::uint64_t> bytes) {
  std::uint64_t hash = 0;
  for (const std::uint64_t eight : bytes) hash = bask::bags::combined(hash, eight);
  return hash;
}

std::string text_of(std::span<const std::uint64_t> bytes, std::uint64_t length) {
  std::string text(bytes.size_bytes(), '\0');
  std::memcpy(text.data(), bytes.data(), bytes.size_bytes());
  text.resize(length);
  return text;
}

// Bytes that continue a character of UTF-8 do not count.
std::uint64_t characters_of(std::string_view word) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(word, [](char byte) { return (byte & 0xc0) != 0x80; }));
}

}  // namespace

// First some words are found, then they are looked up: so the processor waits for several places of the table
// at once.
void WordTable::count(std::string_view lines) {
  complete_index();
  std::array<std::uint64_t, 128> found;
  const char *at = lines.data(), *const end = at + lines.size();
  while (at < end) {
    std::size_t count = 0;
    while (at < end && count < found.size()) {
      const EightBytes eight = read_eight(at);
      if (eight.length == 8) {
        at = count_long(at);
        continue;
      }
      found[count] = eight.small;
      count += eight.length != 0;
      at += eight.next;
    }
    for (std::size_t i = 0; i < count; ++i) add_short(found[i], 1);
  }
}

// Returns where the word ends, which has eight bytes or more.
const char* WordTable::count_long(const char* at) {
  word_.clear();
  std::uint64_t length = 0;
  EightBytes eight;
  do {
    eight = read_eight(at + length);
    if (eight.length != 0) word_.push_back(eight.small);
    length += eight.length;
  } while (eight.length == 8);
  if (length == 8) {
    add_short(word_[0], 1);
  } else {
    add_long(word_, length, 1);
  }
  return at + length;
}

inline void WordTable::add_short(std::uint64_t bytes, std::int64_t count) {
  if (2 * (shorts_ + 1) > slots_.size()) grow_shorts();
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t place = bask::bags::combined(0, bytes) & mask;; place = (place + 1) & mask) {
    Short& slot = slots_[place];
    if (slot.bytes == bytes) {
      slot.count += count;
      return;
    }
    if (slot.bytes == 0) {
      slot = {bytes, count};
      ++shorts_;
      return;
    }
  }
}

void WordTable::grow_shorts() {
  std::vector<Short> larger(std::max(2 * slots_.size(), kFirstSlots));
  const std::vector<Short> words = std::exchange(slots_, std::move(larger));
  shorts_ = 0;
  for (const Short& word : words) {
    if (word.bytes != 0) add_short(word.bytes, word.count);
  }
}

void WordTable::add_long(Bytes bytes, std::uint64_t length, std::int64_t count) {
  const auto found = index_.find_or_add(hash_of(bytes), [&](std::uint32_t number) {
    return longs_[number].length == length && std::ranges::equal(bytes, bytes_of(longs_[number]));
  });
  if (found.is_new) {
    longs_.push_back({long_bytes_.size(), length, 0});
    long_bytes_.insert(long_bytes_.end(), bytes.begin(), bytes.end());
    ++indexed_;
  }
  longs_[found.number].count += count;
}

void WordTable::add(const WordTable& more) {
  complete_index();
  for (const Short& word : more.slots_) {
    if (word.bytes != 0) add_short(word.bytes, word.count);
  }
  for (const Long& word : more.longs_) add_long(more.bytes_of(word), word.length, word.count);
}

void WordTable::complete_index() {
  for (; indexed_ != longs_.size(); ++indexed_) {
    index_.find_or_add(hash_of(bytes_of(longs_[indexed_])), [](std::uint32_t) { return false; });
  }
}

std::int64_t WordTable::words() const {
  std::int64_t words = 0;
  for (const Short& word : slots_) words += word.count;
  for (const Long& word : longs_) words += word.count;
  return words;
}

std::vector<WordCount> WordTable::most_frequent(std::uint64_t least_characters) const {
  std::vector<WordCount> all;
  const auto take = [&](std::string word, std::int64_t count) {
    if (least_characters <= 1 || characters_of(word) >= least_characters)
      all.push_back({std::move(word), count});
  };
  for (const Short& word : slots_) {
    const auto length = static_cast<std::uint64_t>(64 - std::countl_zero(word.bytes) + 7) / 8;
    if (word.bytes != 0) take(text_of({&word.bytes, 1}, length), word.count);
  }
  for (const Long& word : longs_) take(text_of(bytes_of(word), word.length), word.count);
  std::ranges::sort(all, [](const WordCount& a, const WordCount& b) {
    return a.count != b.count ? a.count > b.count : a.word < b.word;
  });
  return all;
}

}  // namespace wordcount
