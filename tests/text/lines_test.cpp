// The lines of stretches: however the file is cut, ended or compressed.
#include "text_files.hpp"

#include <random>

namespace bask {
namespace {

class Lines : public TextFiles {
 protected:
  // Each byte of the file as the only cut.
  static std::vector<std::vector<TextStretch>> all_cuts(const TextStretch& whole) {
    std::vector<std::vector<TextStretch>> cuts;
    for (std::uint64_t at = 0; at <= whole.file_bytes; ++at) {
      std::vector<TextStretch> two = {whole, whole};
      two[0].end_bytes = two[1].begin_bytes = at;
      if (at == 0) two.erase(two.begin());
      if (at == whole.file_bytes) two.pop_back();
      cuts.push_back(two);
    }
    return cuts;
  }
  // The lines in blocks of a small buffer.
  static Texts lines_in_small_blocks(const TextStretch& stretch, std::size_t bytes) {
    Texts lines;
    LineBlocks blocks(stretch, "read_text", bytes);
    for (auto block = blocks.next(); !block.empty(); block = blocks.next()) {
      for_each_line_of(block, {}, [&](std::string_view line) { lines.emplace_back(line); });
    }
    return lines;
  }
};

TEST_F(Lines, AreTheSameWhereverTheFileIsCut) {
  for (const std::string_view text : {"one\ntwo\n\nthree\nlast", "one\r\ntwo\r\n\r\nlast\r\n", "\n\n\n", "x",
                                      "\n", "\xEF\xBB\xBFone\ntwo", "no end at all"}) {
    const TextStretch stretch = whole(file("a.txt", text));
    const Texts lines = lines_of({stretch});
    for (const auto& cut : all_cuts(stretch))
      EXPECT_EQ(lines_of(cut), lines) << text << cut.back().begin_bytes;
    for (std::uint64_t size = 1; size <= text.size(); ++size) {
      EXPECT_EQ(lines_of(text_stretches(path("a.txt"), {.blocksize = size})), lines) << text << size;
    }
  }
}

TEST_F(Lines, HaveNoEndsUnlessTheyAreToBeKept) {
  const std::string name = file("a.txt", "one\r\ntwo\n\nthr\ree\r");
  EXPECT_EQ(lines_of(name), (Texts{"one", "two", "", "thr\ree\r"}));
  EXPECT_EQ(lines_of(name, {.keep_ends = true}), (Texts{"one\r\n", "two\n", "\n", "thr\ree\r"}));
  EXPECT_EQ(lines_of(file("a.txt", "")), Texts());
  EXPECT_EQ(lines_of(file("a.txt", "\n")), Texts{""});
}

TEST_F(Lines, AreBytesWithoutTheByteOrderMarkOfTheFile) {
  EXPECT_EQ(lines_of(file("a.txt", "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n")), (Texts{"one", "\xEF\xBB\xBFtwo"}));
  EXPECT_EQ(lines_of(file("a.txt", "\xEF\xBB\xBF")), Texts());
  EXPECT_EQ(lines_of(file("a.txt", std::string("\xFF\xFE\x00\x80\n\xC3", 6))),
            (Texts{std::string("\xFF\xFE\x00\x80", 4), "\xC3"}));
}

TEST_F(Lines, OfAnyLengthGoThroughASmallBuffer) {
  std::mt19937 random(7);
  std::string text;
  Texts expected;
  for (int i = 0; i < 300; ++i) {
    const std::string line(i == 100 ? 100'000 : random() % 90, static_cast<char>('a' + i % 26));
    expected.push_back(line);
    text += line + "\n";
  }
  file("a.txt", text);
  for (const std::size_t bytes : {16, 17, 64, 1000})
    EXPECT_EQ(lines_in_small_blocks(whole(path("a.txt")), bytes), expected);
  for (const char* name : {"a.gz", "a.zst"}) {
    EXPECT_EQ(lines_in_small_blocks(whole(compressed(name, text)), 16), expected);
  }
  EXPECT_EQ(lines_of(text_stretches(path("a.txt"), {.blocksize = 1000})), expected);
}

TEST_F(Lines, OfABlockComeAgainWhereTheyWereNotRead) {
  std::string text = "0123456789\n0123456789\n0123456789";
  LineBlocks blocks(whole(file("a.txt", text)), "read_text", 16);
  EXPECT_EQ(blocks.next(), text.substr(0, 11));
  EXPECT_EQ(blocks.next(5), text.substr(6, 16));
  EXPECT_EQ(blocks.begin_bytes(), 6U);
  EXPECT_EQ(blocks.next(16), text.substr(6));
  EXPECT_EQ(blocks.next(26), text.substr(6));
  EXPECT_EQ(blocks.next(), "");
}

TEST_F(Lines, GoOnThroughAllMembersAndFramesOfACompressedFile) {
  for (const std::string ending : {".gz", ".zst"}) {
    const std::string one = bytes_of(compressed("one" + ending, "one\ntw")),
                      two = bytes_of(compressed("two" + ending, "o\nthree"));
    EXPECT_EQ(lines_of(file("both" + ending, one + two)), (Texts{"one", "two", "three"}));
    EXPECT_EQ(lines_of(compressed("empty" + ending, "")), Texts());
  }
  const std::string member = bytes_of(compressed("one.gz", "one\n"));
  EXPECT_EQ(lines_of(file("tape.gz", member + std::string(1000, '\0'))), Texts{"one"});
}

TEST_F(Lines, OfATruncatedFileEndWithAnErrorThatNamesTheByte) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919) + "\n";
  for (const std::string ending : {".gz", ".zst"}) {
    const std::string all = bytes_of(compressed("all" + ending, text));
    for (std::size_t bytes = 0; bytes < all.size(); bytes += bytes < 40 || bytes + 40 > all.size() ? 1 : 97) {
      const std::string name = file("cut" + ending, all.substr(0, bytes));
      EXPECT_TRUE(
          says(refusal_of([&] { lines_of(name); }), "text ends too early, at byte " + std::to_string(bytes) +
                                                        " of the compressed file; the file is cut off"))
          << ending << bytes;
    }
  }
}

TEST_F(Lines, OfBrokenCompressedFilesEndWithAnError) {
  EXPECT_TRUE(says(
      refusal_of([&] { lines_of(file("a.gz", "this is plain text\n")); }),
      "a.gz'): this is not gzip (incorrect header check) at byte 2 of the compressed file; make the file"));
  EXPECT_TRUE(says(refusal_of([&] { lines_of(file("a.zst", "this is plain text\n")); }),
                   "this is not zstd that can be read (Unknown frame descriptor) at byte "));
  const std::string member = bytes_of(compressed("one.gz", "one\n"));
  EXPECT_TRUE(says(refusal_of([&] { lines_of(file("more.gz", member + "rubbish")); }), "this is not gzip"));
  std::mt19937 random(11);
  for (const std::string ending : {".gz", ".zst"}) {
    const std::string good = bytes_of(compressed("good" + ending, std::string(5000, 'x') + "\nabcdefgh\n"));
    for (int i = 0; i < 300; ++i) {
      std::string bad = good;
      bad[random() % bad.size()] = static_cast<char>(random());
      file("bad" + ending, bad);
      refusal_of([&] { lines_of(path("bad" + ending)); });  // an error or lines, and no crash
    }
  }
}

}  // namespace
}  // namespace bask
