#include <gtest/gtest.h>

#include <top/terminal_text.hpp>

namespace {

using top::columns_of;
using top::safe_text;
using top::shortened;
using top::wrapped;
using Lines = std::vector<std::string>;

TEST(TerminalText, HasNoEscapeSequences) {
  EXPECT_EQ(safe_text("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(safe_text("a\tb\r\nc\x7f"), "a b  c\uFFFD");
  EXPECT_EQ(safe_text("\u009b31m"), "\uFFFD31m");              // the C1 control that begins sequences
  EXPECT_EQ(safe_text("\u202eabc\u200b"), "\uFFFDabc\uFFFD");  // other direction; no width
}

TEST(TerminalText, HasNoBrokenUtf8) {
  EXPECT_EQ(safe_text("a\xff\xc3"), "a\uFFFD\uFFFD");
  EXPECT_EQ(safe_text("\xc0\x9b"), "\uFFFD\uFFFD");            // an escape, spelled too long
  EXPECT_EQ(safe_text("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // half of a pair
}

TEST(TerminalText, CountsColumnsAsTerminalsDo) {
  EXPECT_EQ(columns_of("abc"), 3u);
  EXPECT_EQ(columns_of("größe"), 5u);
  EXPECT_EQ(columns_of("漢字"), 4u);
  EXPECT_EQ(columns_of("e\u0301"), 1u);
}

TEST(TerminalText, KeepsFewMarksOnALetter) {
  std::string text = "e";
  for (int i = 0; i < 1000; ++i) text += "\u0301";
  EXPECT_LE(safe_text(text).size(), 16u);
}

TEST(TerminalText, IsCutAtColumns) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdef", 4), "abc…");
  EXPECT_EQ(shortened("漢字漢字", 4), "漢…");
  EXPECT_EQ(shortened("漢", 1), "…");
  EXPECT_EQ(shortened("漢", 0), "");
}

TEST(TerminalText, IsWrappedAtBlanks) {
  EXPECT_EQ(wrapped("the disk of n1 is full", 9, 9), (Lines{"the disk", "of n1 is", "full"}));
  EXPECT_EQ(wrapped("abcdefghij k", 4, 9), (Lines{"abcd", "efgh", "ij k"}));
  EXPECT_EQ(wrapped("the disk of n1 is full", 9, 2), (Lines{"the disk", "of n1 is…"}));
  EXPECT_EQ(wrapped("  ", 9, 2), Lines{});
  EXPECT_EQ(wrapped("漢字漢", 2, 9), (Lines{"漢", "字", "漢"}));
}

TEST(TerminalText, InAsciiHasAsManyColumns) {
  EXPECT_EQ(top::ascii_of({"a", 1}), "a");
  EXPECT_EQ(top::ascii_of({"µ", 1}), "u");
  EXPECT_EQ(top::ascii_of({"漢", 2}), "??");
}

}  // namespace
