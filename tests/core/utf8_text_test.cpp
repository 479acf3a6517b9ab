// Text cut and cleaned without breaking its UTF-8.
#include <gtest/gtest.h>
#include <bask/core/utf8_text.hpp>

namespace bask {
namespace {

TEST(Utf8Text, PrintsOrdinaryTextAsItIs) {
  EXPECT_EQ(printable("increment-7f3a, température, 増分, 🐟"), "increment-7f3a, température, 増分, 🐟");
}

TEST(Utf8Text, ReplacesControlCharactersBySpaces) {
  EXPECT_EQ(printable("a\x1b[31mb\tc\nd\x7f"), "a [31mb c d ");
  EXPECT_EQ(printable("\xc2\x9b"), " ");  // the one-character form of ESC [
}

TEST(Utf8Text, MarksEachBrokenByte) {
  EXPECT_EQ(printable("a\xff"), "a\uFFFD");
  EXPECT_EQ(printable("\xc3"), "\uFFFD");                               // cut short
  EXPECT_EQ(printable("\xc0\xaf"), "\uFFFD\uFFFD");                     // longer than it need be
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");           // a surrogate
  EXPECT_EQ(printable("\xf8\x88\x80\x80\x80").substr(0, 3), "\uFFFD");  // five bytes
}

TEST(Utf8Text, CountsCharactersNotBytes) {
  EXPECT_EQ(columns_of("température"), 11u);
  EXPECT_EQ(padded("é", 3), "é  ");
  EXPECT_EQ(padded("long", 2), "long");
}

TEST(Utf8Text, ShortensBetweenCharacters) {
  EXPECT_EQ(shortened("température", 11), "température");
  EXPECT_EQ(shortened("température", 6), "tempé…");
  EXPECT_EQ(shortened("ab", 1), "…");
  EXPECT_EQ(shortened("ab", 0), "");
}

}  // namespace
}  // namespace bask
