#include "expect_error.hpp"

#include <farm/shell_words.hpp>

#include <random>

namespace {

using farm::parse_shell_line;
using farm::shell_quoted;
using farm::split_words;
using Words = std::vector<std::string>;

TEST(ShellWords, SimpleLinesNeedNoShell) {
  for (const char* text :
       {"true", "./run --x 1", "  /bin/echo a\tb ", "env A=1 x", "echo {\"a\":1}", "a%b c^d"}) {
    EXPECT_FALSE(parse_shell_line(text).needs_shell) << text;
  }
}

TEST(ShellWords, WhatMeansSomethingToAShellNeedsOne) {
  for (const char* text :
       {"a | b",    "a && b", "a; b",       "a > f", "a < f", "echo $HOME", "echo \"$HOME\"", "echo `b`",
        "ls *.txt", "ls a?",  "ls [ab]",    "ls ~",  "A=1 b", "cd x",       "exit 3",         "a # b",
        "! a",      "if a",   "for x in y", "{ a",   "(a)",   ". ./f",      "export A"}) {
    EXPECT_TRUE(parse_shell_line(text).needs_shell) << text;
  }
}

TEST(ShellWords, QuotedCharactersAreOrdinary) {
  EXPECT_EQ(parse_shell_line("echo 'a | $b'  \"c; d\" e\\&f").words,
            (Words{"echo", "a | $b", "c; d", "e&f"}));
  EXPECT_EQ(parse_shell_line("'my program' x=1").words, (Words{"my program", "x=1"}));
}

TEST(ShellWords, QuotesAreReadAsAShellReadsThem) {
  EXPECT_EQ(split_words(R"(a'b'"c" '' "" \'x "q\"q" "n\n" 'k\k')"),
            (Words{"abc", "", "", "'x", "q\"q", "n\\n", "k\\k"}));
}

TEST(ShellWords, AnOpenQuoteIsRefused) {
  expect_contains(refusal([] { parse_shell_line("echo 'abc"); }), "the quote ' is not closed");
  expect_contains(refusal([] { parse_shell_line("echo \"abc"); }), "the quote \" is not closed");
  expect_contains(refusal([] { parse_shell_line("echo 'a | b"); }), "the quote ' is not closed");
}

TEST(ShellWords, AnOpenQuoteThatOnlyAShellUnderstandsIsLeftToIt) {
  EXPECT_TRUE(parse_shell_line("echo $(echo \"a)\"b\")").needs_shell);
}

TEST(ShellWords, AQuotedWordIsReadBackAsItWas) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string word(random() % 12, ' ');
    for (char& c : word) c = static_cast<char>(1 + random() % 127);
    const auto line = parse_shell_line("x " + shell_quoted(word));
    EXPECT_FALSE(line.needs_shell) << word;
    EXPECT_EQ(line.words, (Words{"x", word}));
  }
}

}  // namespace
