#include "expect_error.hpp"

#include <farm/parameters.hpp>

namespace {

using farm::expand_template;
using farm::Parameters;
using farm::parse_csv;
using farm::parse_values;
using farm::product;

std::vector<std::string> values(const std::string& text) {
  std::vector<std::string> result;
  for (const auto& row : parse_values("x", text).rows) result.push_back(row.at(0));
  return result;
}
using Values = std::vector<std::string>;

std::vector<std::string> texts(const std::vector<std::string>& words, const Parameters& parameters) {
  std::vector<std::string> result;
  for (const auto& command : expand_template(words, "", parameters, {})) result.push_back(command.text);
  return result;
}

TEST(Parameters, RangesHaveBothTheirEnds) {
  EXPECT_EQ(values("1..4"), (Values{"1", "2", "3", "4"}));
  EXPECT_EQ(values("-1..1"), (Values{"-1", "0", "1"}));
  EXPECT_EQ(values("3..1"), (Values{"3", "2", "1"}));
  EXPECT_EQ(values("1..10..4"), (Values{"1", "5", "9"}));
  EXPECT_EQ(values("7..7"), (Values{"7"}));
}

TEST(Parameters, RangesOfFractionsAreExact) {
  EXPECT_EQ(values("0..1..0.25"), (Values{"0.00", "0.25", "0.50", "0.75", "1.00"}));
  EXPECT_EQ(values("0.1..0.3..0.1"), (Values{"0.1", "0.2", "0.3"}));
  EXPECT_EQ(values("-0.5..0.5..0.5"), (Values{"-0.5", "0.0", "0.5"}));
}

TEST(Parameters, LeadingZerosAreKept) {
  EXPECT_EQ(values("08..11"), (Values{"08", "09", "10", "11"}));
}

TEST(Parameters, ListsHaveValuesAndRanges) {
  EXPECT_EQ(values("a,b c,,2..3"), (Values{"a", "b c", "", "2", "3"}));
  EXPECT_EQ(values("../data,x.y"), (Values{"../data", "x.y"}));
}

TEST(Parameters, WhatIsNoRangeIsRefused) {
  for (const char* text : {"1..", "..3", "a..b", "1..9..0", "1..2..3..4", "1..x"}) {
    expect_contains(refusal([&] { values(text); }), std::string("'") + text + "' is not a range");
  }
  expect_contains(refusal([] { values("1..999999999999"); }), "has 999999999999 values");
}

TEST(Parameters, TheLastOfSeveralChangesFastest) {
  const auto all = product({parse_values("x", "1..2"), parse_values("y", "a,b")});
  EXPECT_EQ(all.names, (Values{"x", "y"}));
  EXPECT_EQ(all.rows, (std::vector<Values>{{"1", "a"}, {"1", "b"}, {"2", "a"}, {"2", "b"}}));
  expect_contains(refusal([] {
                    product({parse_values("x", "1"), parse_values("x", "2")});
                  }),
                  "'x' is given twice");
}

TEST(Parameters, WordsOfATemplateStayWords) {
  const Parameters one{{"x"}, {{"a b"}, {"$(rm)"}, {"it's"}}};
  EXPECT_EQ(texts({"./run", "--x={x}", ">"}, one),
            (Values{"./run '--x=a b' '>'", "./run '--x=$(rm)' '>'", "./run '--x=it'\\''s' '>'"}));
}

TEST(Parameters, ValuesGoIntoALineInQuotes) {
  const Parameters one{{"x"}, {{"7"}, {"a b"}}};
  EXPECT_EQ(texts({"echo {x} | wc > {x}.txt"}, one),
            (Values{"echo 7 | wc > 7.txt", "echo 'a b' | wc > 'a b'.txt"}));
}

TEST(Parameters, OtherBracesAreLeftAlone) {
  const Parameters one{{"x"}, {{"1"}}};
  EXPECT_EQ(texts({"awk '{print $1}' ${HOME} {} {x}"}, one), (Values{"awk '{print $1}' ${HOME} {} 1"}));
}

TEST(Parameters, AMistypedNameIsRefused) {
  expect_contains(refusal([] {
                    texts({"a", "{alhpa}"}, {{"alpha"}, {{"1"}}});
                  }),
                  "no parameter is called {alhpa}; did you mean {alpha}?");
}

TEST(Parameters, NamesAreTemplatesToo) {
  const auto commands = expand_template({"a", "{x}"}, "run-{x}", parse_values("x", "1..2"), {});
  EXPECT_EQ(commands[1].name, "run-2");
  expect_contains(refusal([] { expand_template({"a"}, "{x}", parse_values("x", "1..2"), {}); }),
                  "cannot be a name");
}

TEST(Parameters, ALineBreakInAValueIsRefused) {
  expect_contains(refusal([] { texts({"a", "{x}"}, {{"x"}, {{"b\nc"}}}); }), "line break");
}

TEST(Csv, IsReadWithItsQuotes) {
  const auto table =
      parse_csv("\xEF\xBB\xBFname,alpha\r\n\"a, b\",\"say \"\"x\"\"\"\r\nc,\n\nd,\"2\nlines\"", "p.csv");
  EXPECT_EQ(table.names, (Values{"name", "alpha"}));
  EXPECT_EQ(table.rows, (std::vector<Values>{{"a, b", "say \"x\""}, {"c", ""}, {"d", "2\nlines"}}));
}

TEST(Csv, TabsSeparateWhereTheHeaderHasThem) {
  EXPECT_EQ(parse_csv("a\tb\n1,5\t2\n", "p.tsv").rows, (std::vector<Values>{{"1,5", "2"}}));
}

TEST(Csv, WhatIsWrongIsSaidWithFileAndLine) {
  const auto refused = [](const std::string& text) { return refusal([&] { parse_csv(text, "p.csv"); }); };
  expect_contains(refused("a,b\n1,2\n3\n"), "p.csv:3: the row has 1 values, and the header 2");
  expect_contains(refused("a,b\n1,\"2\n"), "p.csv:2: a quote is not closed");
  expect_contains(refused("a,b\n1,2\"3\n"), "p.csv:2: a quote stands inside a value");
  expect_contains(refused("a,b\n\"1\"x,2\n"), "p.csv:2: something follows the quote");
  expect_contains(refused("a,a\n"), "p.csv:1: two columns are called 'a'");
  expect_contains(refused("a,\n"), "p.csv:1: column 2 has no name");
  expect_contains(refused(""), "p.csv:1: column 1 has no name");
}

}  // namespace
