#include <gtest/gtest.h>

#include <bask/core/error.hpp>
#include <top/explanation.hpp>

#include "sample_state.hpp"

namespace {

using nlohmann::json;
using Lines = std::vector<std::string>;

json waiting_task(const std::string& name, const std::string& cause) {
  return {{"task", name},
          {"layer", "solve"},
          {"until", nullptr},
          {"cause", cause},
          {"missing", cause == "input" ? 1 : 0},
          {"inputs", json::array()},
          {"bytes", 0},
          {"resources", json::array()}};
}

// On rank 1 one task waits for an input, one for memory, one for a resource.
json state_that_waits() {
  json input = waiting_task("solve-12", "input"), memory = waiting_task("solve-13", "memory"),
       resource = waiting_task("solve-14", "resource");
  input["inputs"] = {{{"task", "load-3"}, {"rank", 0}, {"state", "runs there, for 2.00 s"}}};
  memory["bytes"] = 1 << 20;
  resource["resources"] = {{{"name", "gpu"}, {"wanted", 1}, {"free", 0}, {"offered", 2}}};
  json state = sample_state();
  state["ranks"][1]["waiting"] = {{"left", 9},
                                  {"ready", 0},
                                  {"too_long", 0},
                                  {"held", 3 << 20},
                                  {"limit", 3 << 20},
                                  {"kinds", {{{"kind", "results"}, {"bytes", 3 << 20}}}},
                                  {"tasks", {input, memory, resource}}};
  return state;
}

Lines explained(const json& state, const std::string& what) {
  return top::explanation(top::parse_state(state.dump()), what);
}

TEST(Explanation, OfARankNamesInputsMemoryAndResources) {
  const Lines expected{"rank 1 on n2: 1 thread in 'waits for data' for 1 s",
                       "  units that are left: 9, of which 0 could run",
                       "  'solve-12' (layer solve) waits for an input",
                       "    its input 'load-3' of rank 0: runs there, for 2.00 s",
                       "  'solve-13' (layer solve) waits for memory",
                       "    it wants room for 1 MiB: 0 B of 3 MiB are free, 3 MiB are held (results "
                       "3 MiB)",
                       "  'solve-14' (layer solve) waits for resources",
                       "    it wants 1 of resource 'gpu': 0 of 2 are free"};
  EXPECT_EQ(explained(state_that_waits(), "1"), expected);
}

TEST(Explanation, OfATaskStandsAloneByHowItsNameBegins) {
  const Lines expected{"rank 1: 'solve-14' (layer solve) waits for resources",
                       "  it wants 1 of resource 'gpu': 0 of 2 are free"};
  EXPECT_EQ(explained(state_that_waits(), "solve-14"), expected);
  EXPECT_EQ(explained(state_that_waits(), "solve").size(), 6u);
}

TEST(Explanation, OfATaskThatDoesNotWaitNamesThoseThatDo) {
  const Lines lines = explained(state_that_waits(), "load-3\x1b[2J");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].find("\x1b"), std::string::npos);
  EXPECT_NE(lines[0].find("is not among the tasks that wait"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("'solve-12' (rank 1), 'solve-13' (rank 1)"), std::string::npos) << lines[0];
}

TEST(Explanation, OfARankThatIsNotThereSaysWhichAre) {
  try {
    explained(sample_state(), "2");
    FAIL();
  } catch (const bask::Error& error) {
    EXPECT_STREQ(error.what(), "bask-top: there is no rank 2; name a rank from 0 to 1");
    EXPECT_EQ(error.exit_code(), bask::ExitCode::kUsage);
  }
}

TEST(Explanation, OfAStateWithoutTheListSaysThatNothingIsKnown) {
  EXPECT_EQ(explained(sample_state(), "0").at(1), "  no task of it is known to wait");
}

}  // namespace
