// Progress as it appears on a terminal and in a log.
#include <gtest/gtest.h>
#include <bask/diagnostics/progress.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace bask {
namespace {

using namespace std::chrono_literals;
using Layers = std::vector<LayerProgress>;

// A terminal that knows the few escape sequences that the display uses.
class Screen {
 public:
  void show(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\x1b') {
        i = obey(text, i + 2);
      } else if (text[i] == '\n') {
        ++row_;
        column_ = 0;
      } else if (text[i] == '\r') {
        column_ = 0;
      } else {
        put(text[i]);
      }
    }
  }
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  std::string& row() {
    if (rows_.size() <= row_) rows_.resize(row_ + 1);
    return rows_[row_];
  }
  void put(char character) {
    if (row().size() <= column_) row().resize(column_ + 1, ' ');
    row()[column_++] = character;
  }
  std::size_t obey(const std::string& text, std::size_t at) {
    std::size_t number = 0;
    for (; text[at] >= '0' && text[at] <= '9'; ++at)
      number = number * 10 + static_cast<std::size_t>(text[at] - '0');
    if (text[at] == 'A') row_ -= number;
    if (text[at] == 'K') row().resize(column_);
    if (text[at] == 'J' && rows_.size() > row_) rows_.resize(row_);
    return at;
  }

  std::vector<std::string> rows_;
  std::size_t row_ = 0, column_ = 0;
};

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Progress, TakesABarOnATerminalAndLinesElsewhere) {
  EXPECT_EQ(choose_style(Progress::kAuto, true), ProgressStyle::kBar);
  EXPECT_EQ(choose_style(Progress::kAuto, false), ProgressStyle::kLines);
  EXPECT_EQ(choose_style(Progress::kBar, false), ProgressStyle::kBar);
  EXPECT_EQ(choose_style(Progress::kLines, true), ProgressStyle::kLines);
  EXPECT_EQ(choose_style(Progress::kOff, true), std::nullopt);
}

TEST(Progress, RedrawsItsBarsInPlace) {
  std::ostringstream out;
  Screen screen;
  screen.show("before\n");
  ProgressDisplay display(ProgressStyle::kBar, out);
  display.update(Layers{{"increment", 0, 100}, {"add", 0, 50}}, 1s);
  display.update(Layers{{"increment", 100, 100}, {"add", 5, 50}}, 2s);
  screen.show(out.str());
  ASSERT_EQ(screen.rows().size(), 4u);
  EXPECT_EQ(screen.rows()[0], "before");
  EXPECT_TRUE(screen.rows()[1].starts_with("increment  [####"));
  EXPECT_TRUE(screen.rows()[2].ends_with("5/50   10 %")) << screen.rows()[2];
  EXPECT_TRUE(screen.rows()[3].starts_with("total "));
}

TEST(Progress, LeavesNothingOfALongerStateBelow) {
  std::ostringstream out;
  Screen screen;
  ProgressDisplay display(ProgressStyle::kBar, out);
  display.update(Layers{{"a_long_name", 1, 2}, {"b", 1, 2}, {"c", 1, 2}}, 1s);
  display.update(Layers{{"a", 1, 2}}, 2s);
  screen.show(out.str());
  EXPECT_EQ(screen.rows().size(), 2u);
  EXPECT_TRUE(screen.rows()[0].starts_with("a      [")) << screen.rows()[0];
}

TEST(Progress, EndsInOneLineOfSuccess) {
  std::ostringstream out;
  Screen screen;
  ProgressDisplay display(ProgressStyle::kBar, out);
  display.update(Layers{{"increment", 0, 100}, {"add", 0, 50}}, 1s);
  display.finish(Layers{{"increment", 100, 100}, {"add", 50, 50}}, 2s, true);
  screen.show(out.str());
  EXPECT_EQ(screen.rows(), std::vector<std::string>{"bask: 150 tasks done in 2.00 s; increment 100, add 50"});
}

TEST(Progress, KeepsTheBarsAfterAFailure) {
  std::ostringstream out;
  Screen screen;
  ProgressDisplay display(ProgressStyle::kBar, out);
  display.update(Layers{{"increment", 0, 100}}, 1s);
  display.finish(Layers{{"increment", 30, 100}}, 2s, false);
  screen.show(out.str());
  ASSERT_EQ(screen.rows().size(), 3u);
  EXPECT_TRUE(screen.rows()[0].ends_with("30/100   30 %")) << screen.rows()[0];
  EXPECT_EQ(screen.rows()[2], "bask: stopped after 2.00 s, 30/100 tasks (30 %) done; increment 30/100");
}

TEST(Progress, FollowsTheSizeOfTheWindow) {
  std::ostringstream out;
  ProgressDisplay display(ProgressStyle::kBar, out, {.columns = 200, .rows = 24});
  display.resize({.columns = 30, .rows = 24});
  display.update(Layers{{"increment", 10, 100}}, 1s);
  Screen screen;
  screen.show(out.str());
  for (const std::string& row : screen.rows()) EXPECT_LE(row.size(), 29u + 2);  // "…" is three bytes
}

TEST(Progress, SaysNothingWhenNeverUpdated) {
  std::ostringstream out;
  for (const ProgressStyle style : {ProgressStyle::kBar, ProgressStyle::kLines}) {
    ProgressDisplay(style, out).finish(Layers{{"increment", 100, 100}}, 1ms, true);
  }
  EXPECT_EQ(out.str(), "");
}

TEST(Progress, WritesALineAtTheStartAtEachTenthAndAtTheEnd) {
  std::ostringstream out;
  ProgressDisplay display(ProgressStyle::kLines, out);
  for (std::uint64_t i = 0; i <= 1000; ++i) {
    display.update(Layers{{"increment", i, 1000}}, 1s + i * std::chrono::nanoseconds(1ms));
  }
  display.finish(Layers{{"increment", 1000, 1000}}, 2s, true);
  const std::string text = out.str();
  EXPECT_EQ(lines_in(text), 12u) << text;
  EXPECT_TRUE(text.starts_with("bask: 0/1000 tasks (0 %), 1.00 s elapsed, ? left; increment 0/1000\n"));
  EXPECT_NE(text.find("bask: 300/1000 tasks (30 %), 1.30 s elapsed, about 4 s left; increment 300/1000\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("bask: 1000 tasks done in 2.00 s; increment 1000\n"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Progress, DoesNotFillTheLogOfALongJob) {
  std::ostringstream out;
  ProgressDisplay display(ProgressStyle::kLines, out);
  for (int seconds = 1; seconds <= 24 * 3600; ++seconds) {
    display.update(Layers{{"increment", 1, 1000}}, std::chrono::seconds(seconds));
  }
  EXPECT_GT(lines_in(out.str()), 40u);  // often enough to show that it lives
  EXPECT_LT(lines_in(out.str()), 60u);
}

}  // namespace
}  // namespace bask
