#include <gtest/gtest.h>

#include <bask/core/error.hpp>
#include <top/picture.hpp>
#include <top/state_view.hpp>

#include <array>
#include <random>

#include "sample_state.hpp"

namespace {

using nlohmann::json;
using top::parse_state;
using top::StateView;

// The message with which a state is refused; empty: it is not.
std::string refusal_of_state(const std::string& text) {
  try {
    parse_state(text);
  } catch (const bask::Error& error) {
    return error.what();
  }
  return {};
}

std::string refusal_of(const json& state) {
  return refusal_of_state(state.dump());
}

TEST(StateView, HasWhatTheFileSays) {
  const StateView state = parse_state(sample_state().dump());
  EXPECT_EQ(state.job.program, "/home/anna/simulate");
  EXPECT_EQ(state.job.arguments, "--steps 100");
  ASSERT_TRUE(state.job.slurm);
  EXPECT_EQ(state.job.slurm->end, 3610.0);
  ASSERT_TRUE(state.compute);
  EXPECT_EQ(state.compute->left, 38.2);
  ASSERT_EQ(state.layers.size(), 2u);
  EXPECT_EQ(state.layers[1].running, 3u);
  EXPECT_EQ(state.numbers[1], 0.25);
  EXPECT_EQ(state.log.at(0).rank, 1u);
}

TEST(StateView, BringsTogetherWhatIsKnownOfARank) {
  const StateView state = parse_state(sample_state().dump());
  ASSERT_EQ(state.ranks.size(), 2u);
  EXPECT_EQ(state.ranks[0].held, 536870912u);
  EXPECT_EQ(state.ranks[1].limit, std::nullopt);
  EXPECT_EQ(state.ranks[1].series.busy.size(), 10u);
  ASSERT_EQ(state.ranks[0].doing.size(), 1u);
  EXPECT_EQ(state.ranks[0].doing[0].text, "solve");
  EXPECT_EQ(state.ranks[0].doing[0].threads, 2u);
  EXPECT_EQ(state.ranks[0].doing[0].since, 8.0);
  EXPECT_EQ(state.ranks[1].doing.at(0).text, "waits for data");
}

TEST(StateView, OfAJobThatComputesNothingYetIsRead) {
  json state = sample_state();
  state["compute"] = nullptr;
  state["job"]["slurm"] = nullptr;
  for (const char* name : {"layers", "now", "advice", "log"}) state[name] = json::array();
  EXPECT_EQ(refusal_of(state), "");
}

TEST(StateView, IgnoresMembersThatItDoesNotKnow) {
  json state = sample_state();
  state["moon"] = "full";
  state["job"]["moon"] = {1, 2, 3};
  EXPECT_EQ(refusal_of(state), "");
}

TEST(StateView, RefusesANewerFormat) {
  json state = sample_state();
  state["format"] = 2;
  EXPECT_EQ(refusal_of(state),
            "its format is 2, and this bask-top (0.1.0) knows format 1; use the bask-top of the Bask "
            "that the job was built with");
}

TEST(StateView, NamesWhatIsMissing) {
  json state = sample_state();
  state["layers"][1].erase("done");
  EXPECT_EQ(refusal_of(state),
            "layers[1].done is missing; show another job, or wait until the file is written again");
}

TEST(StateView, NamesWhatIsOfAnotherType) {
  json state = sample_state();
  state["job"]["now"] = "later";
  EXPECT_NE(refusal_of(state).find("job.now is a text, not a number"), std::string::npos);
  state = sample_state();
  state["counts"]["moved"] = -1;
  EXPECT_NE(refusal_of(state).find("counts.moved is another number, not a whole number from 0 on"),
            std::string::npos);
  state = sample_state();
  state["ranks"] = 5;
  EXPECT_NE(refusal_of(state).find("ranks is another number, not a list"), std::string::npos);
}

TEST(StateView, RefusesWhatIsNoState) {
  EXPECT_NE(refusal_of_state("").find("it ends in the middle"), std::string::npos);
  EXPECT_NE(refusal_of_state("[1, 2]").find("it is JSON, but no state of a job"), std::string::npos);
  EXPECT_NE(refusal_of_state("{}").find("format is missing"), std::string::npos);
  EXPECT_NE(refusal_of_state("hello").find("it is no JSON, from byte 1 on"), std::string::npos);
  EXPECT_NE(refusal_of_state("{\"format\": 1e999}").find("it is no JSON: a number in it is too large"),
            std::string::npos);
  EXPECT_NE(refusal_of_state(std::string(1'000'000, '[')).find("it ends in the middle"), std::string::npos);
}

TEST(StateView, ThatIsCutAnywhereIsRefused) {
  const std::string text = sample_state().dump();
  for (std::size_t size = 0; size < text.size(); size += 97)
    EXPECT_NE(refusal_of_state(text.substr(0, size)).find("it ends in the middle"), std::string::npos)
        << size;
}

TEST(StateView, HasNoControlCharacterWhateverTheFileSays) {
  json state = sample_state();
  state["job"]["program"] = "\x1b]0;owned\x07 simu\nlate";
  state["layers"][0]["name"] = "a\u009b31mb\u202ec";
  const StateView view = parse_state(state.dump());
  EXPECT_EQ(view.job.program, "\uFFFD]0;owned\uFFFD simu late");
  EXPECT_EQ(view.layers[0].name, "a\uFFFD31mb\uFFFDc");
}

// All values in a JSON, by their pointers.
std::vector<json::json_pointer> pointers_of(const json& state) {
  std::vector<json::json_pointer> pointers;
  const json flat = state.flatten();
  for (const auto& [name, value] : flat.items()) {
    for (json::json_pointer pointer(name); !pointer.empty(); pointer = pointer.parent_pointer())
      pointers.push_back(pointer);
  }
  return pointers;
}

TEST(StateView, WithValuesOfAnyKindIsDrawnOrRefused) {
  const json sample = sample_state();
  const std::vector<json::json_pointer> pointers = pointers_of(sample);
  const std::array<json, 16> values{nullptr,
                                    true,
                                    0,
                                    1,
                                    -1,
                                    1e18,
                                    -1e18,
                                    1e300,
                                    1e-300,
                                    18446744073709551615u,
                                    std::numeric_limits<std::int64_t>::min(),
                                    "",
                                    "\x1b[2J",
                                    "漢字漢字",
                                    json::array(),
                                    json::object()};
  std::mt19937 random(7);
  std::size_t drawn = 0, refused = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    json state = sample;
    for (unsigned changes = random() % 3 + 1; changes > 0; --changes) {
      const json::json_pointer& place = pointers[random() % pointers.size()];
      if (state.contains(place)) state[place] = values[random() % values.size()];
    }
    try {
      const StateView view = parse_state(state.dump());
      top::interactive_picture({view}, {}, 24, 80);
      ++drawn;
    } catch (const bask::Error& error) {
      EXPECT_NE(std::string(error.what()), "");
      ++refused;
    }
  }
  EXPECT_GT(drawn, 100u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
