// How far a computation has come, in words and bars.
#include <gtest/gtest.h>
#include <bask/core/utf8_text.hpp>
#include <bask/diagnostics/progress_text.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace bask {
namespace {

using namespace std::chrono_literals;
using Layers = std::vector<LayerProgress>;
using Lines = std::vector<std::string>;

const Layers kTwoLayers{{"increment", 1000, 1000}, {"add", 200, 4000}};

ProgressState state_of(const Layers& layers, std::optional<std::chrono::nanoseconds> left = 37500ms) {
  return {merge_layers(layers), 12s, left};
}

Layers many_layers() {
  Layers layers;
  for (std::uint64_t i = 0; i < 20; ++i) {
    layers.push_back({"layer" + std::to_string(i), i < 15 ? 10u : i < 18 ? 4u : 0u, 10});
  }
  return layers;
}

TEST(ProgressText, AddsUpLayersOfOneName) {
  const Layers merged = merge_layers(Layers{{"add", 1, 10}, {"load", 2, 2}, {"add", 4, 10}});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].layer, "add");
  EXPECT_EQ(merged[0].done, 5u);
  EXPECT_EQ(merged[0].total, 20u);
}

TEST(ProgressText, LeavesOutEmptyLayersAndCountsBeyondTheTotal) {
  const Layers merged = merge_layers(Layers{{"empty", 0, 0}, {"add\n\x1b[2J", 12, 10}});
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0].layer, "add  [2J");
  EXPECT_EQ(merged[0].done, 10u);
}

TEST(ProgressText, RoundsPercentDown) {
  EXPECT_EQ(percent({"", 0, 0}), 100);
  EXPECT_EQ(percent({"", 0, 5}), 0);
  EXPECT_EQ(percent({"", 29, 100}), 29);
  EXPECT_EQ(percent({"", 999'999'999, 1'000'000'000}), 99);
  EXPECT_EQ(percent({"", ~0ull - 1, ~0ull}), 99);
  EXPECT_EQ(percent({"", 5, 5}), 100);
}

TEST(ProgressText, PicksLayersAtWorkThenWaitingThenDone) {
  const Layers shown = most_telling(many_layers(), 6);
  ASSERT_EQ(shown.size(), 7u);
  EXPECT_EQ(shown[0].layer, "layer0");
  EXPECT_EQ(shown[1].layer, "layer15");
  EXPECT_EQ(shown[5].layer, "layer19");
  EXPECT_EQ(shown[6].layer, "14 more layers");
  EXPECT_EQ(shown[6].done, 140u);
}

TEST(ProgressText, NeverCallsASingleLayerMoreLayers) {
  EXPECT_EQ(most_telling(kTwoLayers, 1)[1].layer, "add");
  EXPECT_EQ(most_telling(kTwoLayers, 0)[0].layer, "2 more layers");
  EXPECT_TRUE(most_telling({}, 0).empty());
}

TEST(ProgressText, DrawsABarForEachLayerAndOneForAll) {
  const Lines expected{"increment  [######################]  1000/1000  100 %",
                       "add        [#.....................]   200/4000    5 %",
                       "total      [#####.................]  1200/5000   24 %  12.0 s, about 38 s left"};
  EXPECT_EQ(bar_lines(state_of(kTwoLayers), {.columns = 80, .rows = 24}), expected);
}

TEST(ProgressText, GivesUpBarsAndCountsOnANarrowTerminal) {
  const Lines without_bars{"increment  1000/1000  100 %", "add         200/4000    5 %",
                           "total      1200/5000   24 %  12.0 s, about 38 s left"};
  EXPECT_EQ(bar_lines(state_of(kTwoLayers), {.columns = 60, .rows = 24}), without_bars);
  const Lines without_counts{"increm…  100 %", "add        5 %", "total     24 %  12.0 s, about 38 s left"};
  EXPECT_EQ(bar_lines(state_of(kTwoLayers), {.columns = 41, .rows = 24}), without_counts);
}

TEST(ProgressText, FitsAnyTerminal) {
  Layers layers = many_layers();
  layers.push_back({"une_très_longue_température_moyenne_de_la_mer", 3, 1'000'000'000'000});
  for (int columns = -1; columns <= 250; ++columns) {
    for (const int rows : {0, 2, 4, 7, 24}) {
      const Lines lines = bar_lines(state_of(layers), {columns, rows});
      EXPECT_LT(static_cast<int>(lines.size()), std::max(rows, 2));
      for (const std::string& line : lines) {
        EXPECT_LE(columns_of(line), static_cast<std::size_t>(std::max(columns - 1, 1)));
        EXPECT_EQ(printable(line), line);
      }
    }
  }
}

TEST(ProgressText, ShowsAQuestionMarkUntilThereIsAnEstimate) {
  EXPECT_TRUE(bar_lines(state_of(kTwoLayers, std::nullopt), {}).back().ends_with("12.0 s, ? left"));
}

TEST(ProgressText, RoundsTheEstimateAsTheTimeGetsLonger) {
  const auto end_of = [](std::chrono::nanoseconds left) {
    const std::string line = bar_lines(state_of(kTwoLayers, left), {}).back();
    return line.substr(line.find("about"));
  };
  EXPECT_EQ(end_of(100ms), "about 1 s left");
  EXPECT_EQ(end_of(272s), "about 4:35 left");
  EXPECT_EQ(end_of(5797s), "about 1:37:00 left");
  EXPECT_EQ(end_of(std::chrono::nanoseconds(9'000'000'000'000'000'000)).substr(0, 5), "about");
}

TEST(ProgressText, BearsACalculationWithoutTasks) {
  EXPECT_EQ(bar_lines({}, {.columns = 60, .rows = 24}), Lines{"total  [############]  0/0  100 %  0 ns"});
  EXPECT_EQ(progress_line({}), "bask: 0/0 tasks (100 %), 0 ns elapsed");
  EXPECT_EQ(done_line({}), "bask: 0 tasks done in 0 ns");
}

TEST(ProgressText, SaysAllInOneLine) {
  EXPECT_EQ(
      progress_line(state_of(kTwoLayers)),
      "bask: 1200/5000 tasks (24 %), 12.0 s elapsed, about 38 s left; increment 1000/1000, add 200/4000");
  EXPECT_EQ(stopped_line(state_of(kTwoLayers)),
            "bask: stopped after 12.0 s, 1200/5000 tasks (24 %) done; increment 1000/1000, add 200/4000");
  EXPECT_EQ(done_line(state_of({{"increment", 1000, 1000}, {"add", 4000, 4000}})),
            "bask: 5000 tasks done in 12.0 s; increment 1000, add 4000");
  EXPECT_TRUE(progress_line(state_of(many_layers())).ends_with(", layer19 0/10, 12 more layers 120/120"))
      << progress_line(state_of(many_layers()));
}

TEST(ProgressText, TellsLayersThatAreListsApart) {
  const ProgressState state = state_of({{"normal, add, mean", 4, 8}, {"mean (finish)", 0, 1}});
  EXPECT_TRUE(progress_line(state).ends_with("left; normal, add, mean 4/8; mean (finish) 0/1"));
  EXPECT_TRUE(stopped_line(state).ends_with("done; normal, add, mean 4/8; mean (finish) 0/1"));
  EXPECT_TRUE(done_line(state).ends_with("; normal, add, mean 4; mean (finish) 0"));
}

TEST(ProgressText, ShortensListsInTheirMiddle) {
  const ProgressState state =
      state_of({{"from_hdf5 t2m, astype, subtract, divide, square, exp, mean", 4, 8}});
  EXPECT_TRUE(progress_line(state).ends_with("; from_hdf5 t2m, astype, …, exp, mean 4/8"))
      << progress_line(state);
  EXPECT_TRUE(bar_lines(state, {.columns = 80, .rows = 24})[0].starts_with("…, exp, mean         ["));
}

}  // namespace
}  // namespace bask
