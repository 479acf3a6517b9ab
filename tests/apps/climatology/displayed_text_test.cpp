// Texts from files are displayed, whatever their bytes.
#include <gtest/gtest.h>

#include <climatology/displayed_text.hpp>

#include <string>

namespace {

TEST(DisplayedText, KeepsWhatIsUtf8) {
  for (const char* words : {"", "wind speed", "m s⁻¹", "°C", "風速 𝜎"})
    EXPECT_EQ(displayed_text(words), words);
}

TEST(DisplayedText, TakesOtherBytesAsLatin1) {
  EXPECT_EQ(displayed_text("\xB0"
                           "C"),
            "°C");
  EXPECT_EQ(displayed_text("K\xE4lte"), "Kälte");
  EXPECT_EQ(displayed_text("\xC3"), "Ã");                          // the beginning of a character alone
  EXPECT_EQ(displayed_text("\xED\xA0\x80"), "í\xC2\xA0\xC2\x80");  // half of a UTF-16 pair
  EXPECT_EQ(displayed_text("\xC0\xAF"), "À¯");                     // '/' in too many bytes
}

TEST(DisplayedText, IsOneLine) {
  EXPECT_EQ(displayed_text("a\nb\tc"), "a b c");
}

TEST(DisplayedText, LosesWholeCharacters) {
  EXPECT_EQ(without_last_character("s⁻¹"), "s⁻");
  EXPECT_EQ(without_last_character("s"), "");
  EXPECT_EQ(without_last_character(""), "");
}

}  // namespace
