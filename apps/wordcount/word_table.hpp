// word_table.hpp: the words of a text, each once, and how often each came.
// Runs on: every rank. Threads: each table belongs to one.
// A word is not made into a string when it is counted: eight of its bytes are looked at in one step, and a
// word of up to eight bytes is a number.
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
  // Words of up to eight bytes, in a table with open addressing that is at most half full.
  struct Short {
    std::uint64_t bytes = 0;  // 0: none
    std::int64_t count = 0;
  };
  struct Long {
    std::uint64_t begin = 0;   // in long_bytes_
    std::uint64_t length = 0;  // in bytes
    std::int64_t count = 0;
  };
  using Bytes = std::span<const std::uint64_t>;  // eight in each, 0 behind the word's end

 public:
  /// Counts the words of whole lines. Behind them eight bytes may be read; the first is of no word.
  void count(std::string_view lines);
  /// Adds the counts of another table.
  void add(const WordTable& more);

  std::size_t size() const { return shorts_ + longs_.size(); }
  std::int64_t words() const;
  /// The words of so many characters at least, the most frequent first; equally frequent ones by their bytes.
  std::vector<WordCount> most_frequent(std::uint64_t least_characters = 0) const;

 private:
  const char* count_long(const char* at);
  void add_short(std::uint64_t bytes, std::int64_t count);
  void grow_shorts();
  void add_long(Bytes bytes, std::uint64_t length, std::int64_t count);
  Bytes bytes_of(const Long& word) const { return {long_bytes_.data() + word.begin, (word.length + 7) / 8}; }
  void complete_index();

  std::vector<Short> slots_;
  std::uint64_t shorts_ = 0;
  std::vector<Long> longs_;
  std::vector<std::uint64_t> long_bytes_;
  bask::bags::HashIndex index_;      // of longs_. It does not travel: it is made again when more words come
  std::size_t indexed_ = 0;          // words that it has
  std::vector<std::uint64_t> word_;  // the long one that is being read

 public:
  static constexpr auto fields =
      bask::fields("slots", &WordTable::slots_, "shorts", &WordTable::shorts_, "longs", &WordTable::longs_,
                   "long_bytes", &WordTable::long_bytes_);
};

}  // namespace wordcount
