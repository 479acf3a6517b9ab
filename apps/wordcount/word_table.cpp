#include "word_table.hpp"

#include "eight_bytes.hpp"

#include <algorithm>

namespace wordcount {
namespace {

std::uint64_t hash_of(std::uint64_t head, std::span<const std::uint64_t> rest) {
  std::uint64_t hash = head;
  for (const std::uint64_t bytes : rest) hash = bask::bags::combined(hash, bytes);
  return hash;
}

// Bytes that continue a character of UTF-8 do not count.
std::uint64_t characters_of(std::string_view word) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(word, [](char byte) { return (byte & 0xc0) != 0x80; }));
}

}  // namespace

void WordTable::count(std::string_view lines) {
  complete_index();
  const char *at = lines.data(), *const end = at + lines.size();
  for (;;) {
    while (at < end && !is_of_word(static_cast<unsigned char>(*at))) ++at;
    if (at >= end) return;
    const EightBytes eight = read_eight(at);
    if (eight.length < 8) {
      add(eight.small, eight.length, {}, 1);
      at += eight.length + 1;
    } else {
      at = count_long(at, eight.small) + 1;
    }
  }
}

// Returns where the word ends, which has eight bytes or more.
const char* WordTable::count_long(const char* at, std::uint64_t head) {
  long_word_.clear();
  std::uint64_t length = 8;
  EightBytes eight;
  do {
    eight = read_eight(at + length);
    if (eight.length != 0) long_word_.push_back(eight.small);
    length += eight.length;
  } while (eight.length == 8);
  add(head, length, long_word_, 1);
  return at + length;
}

inline void WordTable::add(std::uint64_t head, std::uint64_t length, std::span<const std::uint64_t> rest,
                           std::int64_t count) {
  const auto found = index_.find_or_add(hash_of(head, rest), [&](std::uint32_t number) {
    const Entry& entry = entries_[number];
    return entry.head == head && entry.length == length && std::ranges::equal(rest, rest_of(entry));
  });
  if (found.is_new) {
    entries_.push_back({head, rests_.size(), length, 0});
    rests_.insert(rests_.end(), rest.begin(), rest.end());
    ++indexed_;
  }
  entries_[found.number].count += count;
}

void WordTable::add(const WordTable& more) {
  complete_index();
  for (const Entry& entry : more.entries_) add(entry.head, entry.length, more.rest_of(entry), entry.count);
}

void WordTable::complete_index() {
  for (; indexed_ != entries_.size(); ++indexed_) {
    const Entry& entry = entries_[indexed_];
    index_.find_or_add(hash_of(entry.head, rest_of(entry)), [](std::uint32_t) { return false; });
  }
}

std::int64_t WordTable::words() const {
  std::int64_t words = 0;
  for (const Entry& entry : entries_) words += entry.count;
  return words;
}

std::string WordTable::text_of(const Entry& entry) const {
  const std::span<const std::uint64_t> rest = rest_of(entry);
  std::string text(8 * (1 + rest.size()), '\0');
  std::memcpy(text.data(), &entry.head, 8);
  if (!rest.empty()) std::memcpy(text.data() + 8, rest.data(), rest.size_bytes());
  text.resize(entry.length);
  return text;
}

std::vector<WordCount> WordTable::most_frequent(std::uint64_t least_characters) const {
  std::vector<WordCount> all;
  for (const Entry& entry : entries_) {
    std::string word = text_of(entry);
    if (least_characters > 1 && characters_of(word) < least_characters) continue;
    all.push_back({std::move(word), entry.count});
  }
  std::ranges::sort(all, [](const WordCount& a, const WordCount& b) {
    return a.count != b.count ? a.count > b.count : a.word < b.word;
  });
  return all;
}

}  // namespace wordcount
