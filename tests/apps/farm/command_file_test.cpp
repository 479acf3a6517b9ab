#include "expect_error.hpp"

#include <farm/command_file.hpp>

namespace {

using farm::Command;
using farm::Needs;
using farm::parse_commands;

std::string refused(const std::string& text) {
  return refusal([&] { parse_commands(text, "list.txt", {}); });
}

TEST(CommandFile, CommentsAndBlankLinesAreNoCommands) {
  const auto commands = parse_commands("# first\n\n  a b \r\n   # more\nc", "list.txt", {});
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].text, "a b");
  EXPECT_EQ(commands[0].number, 1u);
  EXPECT_EQ(commands[0].where, "list.txt:3");
  EXPECT_EQ(commands[1].text, "c");
  EXPECT_EQ(commands[1].line, 5u);
}

TEST(CommandFile, SettingsHoldForTheNextCommandOnly) {
  const auto commands =
      parse_commands("#farm: name=x after=1,y cores=3 memory=2GiB\n#farm: time=1:30 retries=4\na\nb\n",
                     "list.txt", {.cores = 2, .retries = 1});
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].name, "x");
  EXPECT_EQ(commands[0].after_text, (std::vector<std::string>{"1", "y"}));
  EXPECT_EQ(commands[0].needs, (Needs{3, 2ull << 30, 90'000'000'000, 4}));
  EXPECT_EQ(commands[1].needs, (Needs{2, 0, 0, 1}));
  EXPECT_TRUE(commands[1].name.empty());
}

TEST(CommandFile, WhatIsWrongIsSaidWithFileAndLine) {
  expect_contains(refused("a\n#farm: nmae=x\nb\n"),
                  "list.txt:2: 'nmae=x' is not a setting of a command; did you mean name=?");
  expect_contains(refused("#farm: cores=0\nb\n"), "list.txt:1: cores=0");
  expect_contains(refused("#farm: cores=two\nb\n"), "list.txt:1: cores=two");
  expect_contains(refused("#farm: memory=4\nb\n"), "list.txt:1: memory=4");
  expect_contains(refused("#farm: time=long\nb\n"), "list.txt:1: time=long");
  expect_contains(refused("#farm: name=12\nb\n"), "list.txt:1: '12' cannot be a name");
  expect_contains(refused("# farm: name=x\nb\n"), "list.txt:1: '# farm: name=x' would be a comment");
  expect_contains(refused("#farm name=x\nb\n"), "list.txt:1: '#farm name=x' would be a comment");
  expect_contains(refused("a\n#farm: name=x\n# no more\n"), "has no command after it");
  expect_contains(refused("a\necho 'b\n"), "list.txt:2: the quote ' is not closed");
  expect_contains(refused("#farm: name='x\nb\n"), "list.txt:1: the quote ' is not closed");
  expect_contains(refused(std::string("a\nb\0c\n", 6)), "list.txt:2: the command has a NUL byte");
}

TEST(CommandFile, WhatIsWrittenIsReadBack) {
  auto commands = parse_commands("a 'b c'\n#farm: name=x cores=3 memory=1536MiB time=90s retries=4\nb | c\n",
                                 "list.txt", {});
  commands[1].after = {1};
  const auto again = parse_commands(farm::write_commands(commands), "again.txt", {});
  ASSERT_EQ(again.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(again[i].text, commands[i].text);
    EXPECT_EQ(again[i].name, commands[i].name);
    EXPECT_EQ(again[i].needs, commands[i].needs);
  }
  EXPECT_EQ(again[1].after_text, std::vector<std::string>{"1"});
}

TEST(CommandFile, AnEmptyFileHasNoCommands) {
  EXPECT_TRUE(parse_commands("", "list.txt", {}).empty());
  EXPECT_TRUE(parse_commands("\n# nothing\n", "list.txt", {}).empty());
}

}  // namespace
