#include <gtest/gtest.h>

#include <farm/index_line.hpp>

namespace {

using farm::IndexLine;
using farm::parse_index_line;
using farm::State;

IndexLine an_end() {
  return {.is_end = true,
          .result = {.number = 17,
                     .attempt = 2,
                     .tries = 3,
                     .state = State::kOutOfMemory,
                     .exit_code = 137,
                     .signal = 9,
                     .start_ns = 1'700'000'000'123'456'789,
                     .end_ns = 1'700'000'001'000'000'000,
                     .host = "n1",
                     .rank = 4,
                     .peak_memory_bytes = 123456,
                     .user_ns = 5,
                     .system_ns = 6},
          .output = {{10, 20}, {300, 1}}};
}

std::string line_of(const IndexLine& line) {
  std::string text = farm::spell_index_line(line);
  EXPECT_EQ(text.back(), '\n');
  text.pop_back();
  return text;
}

TEST(IndexLine, IsReadBackAsItWas) {
  const IndexLine line = an_end();
  const auto again = parse_index_line(line_of(line));
  ASSERT_TRUE(again);
  EXPECT_EQ(farm::spell_index_line(*again), farm::spell_index_line(line));
  EXPECT_EQ(again->output, line.output);
  EXPECT_EQ(again->result.state, State::kOutOfMemory);
  EXPECT_EQ(again->result.start_ns, line.result.start_ns);

  IndexLine start = line;
  start.is_end = false;
  const auto begun = parse_index_line(line_of(start));
  ASSERT_TRUE(begun);
  EXPECT_FALSE(begun->is_end);
  EXPECT_EQ(begun->result.host, "n1");
}

TEST(IndexLine, ThatIsCutOffAnywhereIsNone) {
  const std::string text = line_of(an_end());
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_index_line(text.substr(0, size))) << size;
  }
}

TEST(IndexLine, WithOtherFieldsIsNone) {
  const std::string text = line_of(an_end());
  EXPECT_FALSE(parse_index_line(text + "\t."));
  EXPECT_FALSE(parse_index_line("x" + text));
  std::string wrong = text;
  wrong.replace(wrong.find("out-of-memory"), 13, "out-of-melody");
  EXPECT_FALSE(parse_index_line(wrong));
  EXPECT_FALSE(parse_index_line(""));
}

}  // namespace
