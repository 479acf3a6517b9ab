// Any text as a label of Graphviz; names in lines; numbers as people write them.
#include <gtest/gtest.h>
#include <bask/diagnostics/dot_text.hpp>

namespace bask {
namespace {

TEST(DotText, EscapesWhatGraphvizWouldTakeForItsOwn) {
  EXPECT_EQ(dot_quoted("plain"), R"("plain")");
  EXPECT_EQ(dot_quoted(R"(say "x" \N)"), R"("say \"x\" \\N")");
  EXPECT_EQ(dot_quoted("a<b> & &lt;"), R"("a&lt;b&gt; &amp; &amp;lt;")");
  EXPECT_EQ(dot_quoted("two\nlines"), R"("two\nlines")");
  EXPECT_EQ(dot_quoted("bell\a \xff"), "\"bell  \uFFFD\"");
}

TEST(DotText, BreaksNamesWhereTheirWordsEnd) {
  EXPECT_EQ(in_lines("increment", 13), "increment");
  EXPECT_EQ(in_lines("scale_and_shift_field", 13), "scale_and_\nshift_field");
  EXPECT_EQ(in_lines("model::increment", 13), "model::\nincrement");
}

TEST(DotText, ShowsListsWithTheirLastNames) {
  EXPECT_EQ(in_lines("normal, getitem ×9, add ×6, max", 13), "normal, \ngetitem ×9, \nadd ×6, max");
  EXPECT_EQ(in_lines("from_hdf5 t2m, astype, subtract, divide, square, …, exp, mean", 13),
            "from_hdf5 \nt2m, astype, \nsubtract, \ndivide, \nsquare, …, \nexp, mean");
}

TEST(DotText, ShortensNamesThatCannotBeBroken) {
  EXPECT_EQ(in_lines("abcdefghijklmnopqrst", 8), "abcdefghijk…");
  EXPECT_EQ(in_lines("one_two_six_ten_and_many_more_words", 4), "one_\ntwo_\nsix_\nten_a…");
  EXPECT_EQ(in_lines("", 8), "");
}

TEST(DotText, GroupsDigitsByThree) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "task"), "1 task");
  EXPECT_EQ(counted(1200, "task"), "1,200 tasks");
}

}  // namespace
}  // namespace bask
