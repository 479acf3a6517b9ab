#include <gtest/gtest.h>

#include <top/job_condition.hpp>
#include <top/picture.hpp>
#include <top/terminal_text.hpp>

#include <algorithm>

#include "sample_state.hpp"

namespace {

using nlohmann::json;
using top::Grid;
using top::StateView;
using top::UserView;

StateView view_of(const json& state) {
  return top::parse_state(state.dump());
}

std::string text_of(const Grid& grid) {
  std::string text;
  for (const std::string& line : grid.lines(false)) text += line + '\n';
  return text;
}

std::string drawn(const StateView& state, std::size_t rows, std::size_t columns, const UserView& view = {}) {
  return text_of(top::interactive_picture({state}, view, rows, columns).grid);
}

::testing::AssertionResult has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << part << "' is not in\n" << text;
}

// As many layers, ranks and lines as a large job has, with names of all kinds.
json large_state() {
  json state = sample_state();
  for (unsigned i = 2; i < 200; ++i) {
    state["ranks"].push_back(sample_rank(i, i % 2 == 0 ? std::string(300, 'h') : "漢字漢字漢字漢字漢字"));
    state["timeline"]["ranks"].push_back(sample_series(i, 1));
    state["memory"].push_back(state["memory"][0]);
    state["layers"].push_back(sample_layer(
        i % 2 == 0 ? "\x1b[31m" + std::string(i, '\n') : "解く" + std::string(i, 'x'), i, i % 3, 0));
    state["log"].push_back(
        {{"at", 1e9}, {"level", "漢字"}, {"rank", nullptr}, {"text", std::string(1000, '\a')}});
  }
  state["job"]["said"] = std::string(2000, 'e') + "\u202e漢";
  state["job"]["arguments"] = {std::string(5000, 'a')};
  state["compute"]["failed"] = 18446744073709551615u;
  return state;
}

TEST(Picture, SaysWhatMattersAtEightyColumns) {
  const std::string text = drawn(view_of(sample_state()), 24, 80);
  EXPECT_TRUE(has(text, "simulate --steps 100"));
  EXPECT_TRUE(has(text, "running\n"));
  EXPECT_TRUE(has(text, "10 s   2 ranks, 4 threads on 2 hosts   computation 2"));
  EXPECT_TRUE(has(text, "\nSlurm job 815, restart 1, limit in 1:00:00"));
  EXPECT_TRUE(has(text, "55 %  60/110  about 39 s left"));
  EXPECT_TRUE(has(text, "useful 50  imbalance 25  data 10  spilling 0  parallelism 10  runtime 5"));
  EXPECT_TRUE(has(text, "advice  cut 'solve' into parts of equal size"));
  EXPECT_TRUE(has(text, "totals  moved 40 KiB (20)   stolen 3   retried 1"));
  EXPECT_TRUE(has(text, "waits for data"));
  EXPECT_TRUE(has(text, "2 × solve (8 s)"));
  EXPECT_TRUE(has(text, "the disk is slow"));
}

TEST(Picture, StaysInItsTerminalWhateverTheTexts) {
  const StateView state = view_of(large_state());
  for (const auto& [rows, columns] :
       {std::pair{24u, 80u}, {50u, 200u}, {1u, 1u}, {3u, 7u}, {5u, 300u}, {200u, 20u}}) {
    const Grid grid = top::interactive_picture({state, 0, "\x1b[2J"}, {}, rows, columns).grid;
    const std::vector<std::string> lines = grid.lines(false);
    ASSERT_EQ(lines.size(), rows);
    for (const std::string& line : lines) {
      EXPECT_LE(top::columns_of(line), columns) << line;
      EXPECT_EQ(top::safe_text(line), line);
    }
  }
}

TEST(Picture, InAsciiHasNoOtherCharacters) {
  const StateView state = view_of(large_state());
  for (const std::string& line : top::interactive_picture({state}, {}, 50, 200).grid.lines(true)) {
    EXPECT_TRUE(std::ranges::all_of(line, [](char byte) { return byte >= ' ' && byte <= '~'; })) << line;
    EXPECT_LE(line.size(), 200u);
  }
}

TEST(Picture, UsesTheRoomOfALargeTerminal) {
  const std::string text = drawn(view_of(sample_state()), 50, 200);
  EXPECT_TRUE(has(text, "LONGEST"));
  EXPECT_TRUE(has(text, "RESULTS"));
  EXPECT_TRUE(has(text, "2 KiB/s"));
}

TEST(Picture, ShowsLayersThatRunBeforeOthers) {
  json state = sample_state();
  for (int i = 0; i < 50; ++i)
    state["layers"].insert(state["layers"].begin(), sample_layer("done" + std::to_string(i), 5, 5, 0));
  const std::string text = drawn(view_of(state), 24, 80);
  EXPECT_TRUE(has(text, "solve "));
  EXPECT_TRUE(has(text, " more\n"));
  EXPECT_LT(text.find("solve "), text.find("done0"));
}

TEST(Picture, IsScrolled) {
  UserView view;
  view.first = {0, 100, 0};
  const std::string text = drawn(view_of(large_state()), 50, 200, view);
  EXPECT_TRUE(has(text, "… 100 before, "));
  EXPECT_TRUE(has(text, "\n  100  "));
}

TEST(Picture, ShowsTheLastErrorAsAWhole) {
  json state = sample_state();
  state["errors"] = {{{"at", 1}, {"rank", 0}, {"text", "first"}},
                     {{"at", 2},
                      {"rank", 1},
                      {"text", "task 'solve' threw std::domain_error: " + std::string(60, 'x') + " end"}}};
  const std::string text = drawn(view_of(state), 24, 80);
  EXPECT_TRUE(has(text, "error   task 'solve' threw std::domain_error:\n        xxx"));
  EXPECT_TRUE(has(text, "x end"));
}

TEST(Picture, HasRoomForLargeNumbersBesideTheBar) {
  json state = sample_state();
  state["compute"].update({{"tasks", 1000000000}, {"done", 523456789}, {"failed", 3}, {"left", 1234.5}});
  EXPECT_TRUE(has(drawn(view_of(state), 24, 80), "52 %  523456789/1000000000  3 failed  about 21:00 left\n"));
}

TEST(Picture, SaysWhyItIsNotTheNewest) {
  const StateView state = view_of(sample_state());
  EXPECT_TRUE(has(text_of(top::interactive_picture({state, 0, "it was cut"}, {}, 24, 80).grid),
                  "not the newest: it was cut"));
}

TEST(Picture, OnceHasNoMoreLinesOfATableThanCanBeRead) {
  const std::vector<std::string> lines = top::plain_picture({view_of(large_state())}, 100).lines(false);
  EXPECT_TRUE(has(text_of(top::plain_picture({view_of(large_state())}, 100)), "… 169 more"));
  EXPECT_EQ(lines.back(), "");  // there was room for all that is shown
}

std::string condition(const json& state, double silent) {
  return condition_of(view_of(state), silent).text;
}

TEST(JobCondition, IsThatOfTheJobOrOfItsComputation) {
  json state = sample_state();
  EXPECT_EQ(condition(state, 1), "running");
  EXPECT_EQ(condition(state, 12.3), "silent for 12 s: killed, or its file system is stuck");
  state["compute"]["state"] = "done";
  EXPECT_EQ(condition(state, 1), "between computations");
  state["job"]["ended"] = 10.0;
  state["job"]["exit"] = 0;
  EXPECT_EQ(condition(state, 1000), "done");
  state["job"]["exit"] = 1;
  EXPECT_EQ(condition(state, 1000), "failed, exit code 1");
  state["job"]["exit"] = 75;
  EXPECT_EQ(condition(state, 1000), "stopped, can go on");
}

}  // namespace
