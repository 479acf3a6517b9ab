// The words of a text, as a loop over its bytes finds them.
#include <gtest/gtest.h>
#include <bask/core/serialization.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <wordcount/eight_bytes.hpp>
#include <wordcount/word_table.hpp>

namespace wordcount {
namespace {

WordTable counted(std::string lines) {
  const std::size_t size = lines.size();
  lines += "\nabcdefg";  // what may lie behind a block
  WordTable table;
  table.count(std::string_view(lines).substr(0, size));
  return table;
}

std::vector<WordCount> expected(const std::string& text) {
  std::map<std::string, std::int64_t> counts;
  std::string word;
  for (const char c : text + "\n") {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      word += byte < 0x80 ? static_cast<char>(std::tolower(byte)) : c;
    } else if (!word.empty()) {
      ++counts[word];
      word.clear();
    }
  }
  std::vector<WordCount> list;
  for (const auto& [text_of, count] : counts) list.push_back({text_of, count});
  std::ranges::stable_sort(list, std::greater(), &WordCount::count);
  return list;
}

TEST(EightBytes, EndAtTheFirstByteOfNoWordWhateverItIs) {
  for (int end = 0; end < 256; ++end) {
    for (unsigned place = 0; place < 8; ++place) {
      std::string text = "AzZ09\xff\x80m";
      text[place] = static_cast<char>(end);
      const bool goes_on = is_of_word(static_cast<unsigned char>(end));
      EXPECT_EQ(read_eight(text.data()).length, goes_on ? 8 : place) << end << " at " << place;
    }
  }
}

TEST(WordTable, CountsSmallLettersDigitsAndCharactersBeyondAscii) {
  const std::vector<WordCount> words = counted("The the THE, the1 Zürich\r\nÄ @[`{/: 7").most_frequent();
  const std::vector<WordCount> wanted{{"the", 3}, {"7", 1}, {"the1", 1}, {"zürich", 1}, {"Ä", 1}};
  EXPECT_EQ(words, wanted);
}

TEST(WordTable, TellsWordsApartThatDifferInTheirLastByteOrLength) {
  std::string text;
  for (std::size_t length = 1; length < 40; ++length) {
    text += std::string(length, 'a') + " " + std::string(length - 1, 'a') + "b " + std::string(length, 'a') +
            "\n";
  }
  EXPECT_EQ(counted(text).most_frequent(), expected(text));
}

TEST(WordTable, CountsRandomBytesAsALoopOverThemDoes) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::string text;
    const std::string few = "aAbB '\x80\n";
    for (std::size_t i = 0; i < 4000; ++i)
      text += round % 2 == 0 ? static_cast<char>(random()) : few[random() % few.size()];
    EXPECT_EQ(counted(text).most_frequent(), expected(text)) << round;
  }
}

TEST(WordTable, AddsTablesThatHaveTravelled) {
  const std::string first = "one two two extraordinarily\n",
                    second = "two three extraordinarily EXTRAORDINARILY\n";
  bask::ByteWriter writer;
  bask::encode(writer, counted(first));
  const std::vector<std::byte> bytes = std::move(writer).take();
  bask::ByteReader reader(bytes);
  auto table = bask::decode<WordTable>(reader);
  table.add(counted(second));
  EXPECT_EQ(table.most_frequent(), expected(first + second));
  EXPECT_EQ(table.words(), 8);
}

TEST(WordTable, LeavesShortWordsAwayByCharactersNotBytes) {
  const std::vector<WordCount> wanted{{"drei", 1}, {"fünf", 1}};
  EXPECT_EQ(counted("öl fünf drei elf").most_frequent(4), wanted);
}

}  // namespace
}  // namespace wordcount
