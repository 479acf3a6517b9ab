// word_table.hpp: the words of a text, each once, and how often each came.
// Runs on: every rank. Threads: each table belongs to one.
// A word is not made into a string when it is counted: eight of its bytes are looked at in one step, and
// words of up to eight bytes are found again by one comparison. Invariants: (1) entries are in the order in
// which their words first came.
#pragma once

#include <bask/collections/bag/hash_index.hpp>
#include <bask/core/fields.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wordcount {

struct WordCount {
  std::string word;
  std::int64_t count = 0;
  static constexpr auto fields = bask::fields("word", &WordCount::word, "count", &WordCount::count);
  friend bool operator==(const WordCount&, const WordCount&) = default;
};

class WordTable {
  struct Entry {
    std::uint64_t head = 0;    // the first eight bytes, 0 behind the word's end
    std::uint64_t rest = 0;    // where its further bytes begin in rests_
    std::uint64_t length = 0;  // in bytes
    std::int64_t count = 0;
  };

 public:
  /// Counts the words of whole lines. Behind them eight bytes may be read; the first is of no word.
  void count(std::string_view lines);
  /// Adds the counts of another table.
  void add(const WordTable& more);

  std::size_t size() const { return entries_.size(); }
  std::int64_t words() const;
  /// The words of so many characters at least, the most frequent first; equally frequent ones by their bytes.
  std::vector<WordCount> most_frequent(std::uint64_t least_characters = 0) const;

 private:
  const char* count_long(const char* at, std::uint64_t head);
  void add(std::uint64_t head, std::uint64_t length, std::span<const std::uint64_t> rest, std::int64_t count);
  std::span<const std::uint64_t> rest_of(const Entry& entry) const {
    return {rests_.data() + entry.rest, (entry.length + 7) / 8 - 1};
  }
  std::string text_of(const Entry& entry) const;
  void complete_index();

  std::vector<Entry> entries_;
  std::vector<std::uint64_t> rests_;
  bask::bags::HashIndex index_;  // does not travel: it is made again when more words come
  std::size_t indexed_ = 0;      // entries that it has
  std::vector<std::uint64_t> long_word_;

 public:
  static constexpr auto fields = bask::fields("entries", &WordTable::entries_, "rests", &WordTable::rests_);
};

}  // namespace wordcount
