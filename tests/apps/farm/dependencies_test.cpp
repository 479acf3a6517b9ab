#include "expect_error.hpp"

#include <farm/command_file.hpp>
#include <farm/dependencies.hpp>

#include <random>

namespace {

using farm::Command;

std::vector<Command> resolved(const std::string& text) {
  auto commands = farm::parse_commands(text, "list.txt", {});
  farm::resolve_dependencies(commands);
  return commands;
}

std::string refused_list(const std::string& text) {
  return refusal([&] { resolved(text); });
}

TEST(Dependencies, AreFoundByNameNumberAndLine) {
  const auto commands = resolved("# x\n#farm: name=one\na\n#farm: after=one,3,line:3\nb\nc\n");
  EXPECT_EQ(commands[1].after, (std::vector<std::uint32_t>{1, 3}));
}

TEST(Dependencies, UnknownOnesAreRefusedWithFileAndLine) {
  expect_contains(refused_list("#farm: name=prepare\na\n#farm: after=prepar\nb\n"),
                  "list.txt:4: after=prepar: no command has that name; did you mean 'prepare'?");
  expect_contains(refused_list("a\n#farm: after=3\nb\n"), "list.txt:3: after=3: there is no such command");
  expect_contains(refused_list("a\n#farm: after=0\nb\n"), "list.txt:3: after=0: there is no such command");
  expect_contains(refused_list("a\n#farm: after=line:2\nb\n"),
                  "list.txt:3: after=line:2: no command stands there");
}

TEST(Dependencies, ANameIsOneCommands) {
  expect_contains(refused_list("#farm: name=x\na\n#farm: name=x\nb\n"),
                  "list.txt:4: there is a command 'x' already, at list.txt:2");
}

TEST(Dependencies, ACommandCannotComeAfterItself) {
  expect_contains(refused_list("#farm: name=x after=x\na\n"), "list.txt:2: the command comes after itself");
}

TEST(Dependencies, ACircleIsRefusedWithAllItsCommands) {
  const std::string message = refused_list(
      "#farm: after=b\nstart\n#farm: name=a after=c\na\n#farm: name=b after=a\nb\n#farm: name=c "
      "after=b\nc\n");
  expect_contains(message, "commands wait for each other");
  for (const char* one : {"2 'a' (list.txt:4)", "3 'b' (list.txt:6)", "4 'c' (list.txt:8)"}) {
    expect_contains(message, one);
  }
  EXPECT_EQ(message.find("start"), std::string::npos);
}

TEST(Dependencies, TheOrderIsThatOfTheListWhereItIsFree) {
  EXPECT_EQ(farm::topological_order(resolved("a\nb\nc\n")), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(farm::topological_order(resolved("#farm: after=3\na\nb\nc\n")),
            (std::vector<std::size_t>{1, 2, 0}));
}

TEST(Dependencies, EachCommandComesAfterThoseThatItWaitsFor) {
  std::mt19937 random(3);
  std::vector<Command> commands(300);
  for (std::uint32_t i = 0; i < commands.size(); ++i) {
    commands[i].number = i + 1;
    for (std::uint32_t k = 0; i > 0 && k < random() % 4; ++k)
      commands[i].after_text.push_back(std::to_string(random() % i + 1));
  }
  farm::resolve_dependencies(commands);
  std::vector<std::size_t> place(commands.size());
  const auto order = farm::topological_order(commands);
  ASSERT_EQ(order.size(), commands.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    for (const auto number : commands[i].after) EXPECT_LT(place[number - 1], place[i]);
  }
}

}  // namespace
