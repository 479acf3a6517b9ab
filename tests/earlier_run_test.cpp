// times_of_earlier_run(): a table gives what a state with the same numbers gives, and whatever is neither is
// refused with what to give instead.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/earlier_run.hpp>
#include <bask/forecast/job_forecast.hpp>
#include <bask/io/task_table.hpp>
#include <bask/plan/make_plan.hpp>

#include "system/directory_test.hpp"

#include <fstream>
#include <functional>

namespace bask {
namespace {

class EarlierRun : public DirectoryTest {
 protected:
  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = (directory_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  // Three tasks of `link`, one of which is called twice, take 6 ms; one of `other` takes 1 ms.
  std::string table() const {
    const std::string path = (directory_ / "tasks.h5").string();
    TaskTable table("writing", path);
    table.add({.duration_ns = 1'000'000, .bytes = 0, .layer = 0, .outcome = TaskOutcome::kRetried});
    for (int task = 0; task < 2; ++task) table.add({.duration_ns = 1'500'000, .bytes = 4096, .layer = 0});
    table.add({.duration_ns = 2'000'000, .bytes = 8192, .layer = 0});
    table.add({.duration_ns = 1'000'000, .bytes = 64, .layer = 1});
    table.add({.duration_ns = 5'000'000, .layer = 2, .outcome = TaskOutcome::kFailed});
    table.finish(std::vector<std::string>{"link", "other", "failed"}, std::vector<std::string>{"node"});
    return path;
  }
  std::string state() const {
    return file("state.json", R"({"totals": [
        {"name": "link", "done": 3, "seconds": 0.006, "bytes": 16384},
        {"name": "other", "done": 1, "seconds": 0.001, "bytes": 64},
        {"name": "failed", "done": 0, "seconds": 0.005, "bytes": 0}]})");
  }
};

TaskTimes times(const std::string& path) {
  return times_of_earlier_run(MachineSpeed(), path);
}

// Why the path is refused, without the fix that all of them tell.
std::string refusal(const std::string& path) {
  constexpr const char* kFix =
      "give the directory of an earlier run's --bask-watch, or the file of its --bask-tasks";
  try {
    times(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), "--bask-durations");
    EXPECT_EQ(error.fix(), kFix);
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    return error.happened();
  }
  return "nothing was thrown";
}

TEST_F(EarlierRun, HasTheSameLayersByItsTableAsByItsState) {
  state();
  for (const std::string& path : {table(), directory_.string(), (directory_ / "state.json").string()}) {
    const TaskTimes read = times(path);
    EXPECT_EQ(read.source(), "the earlier run in '" + path + "'");
    ASSERT_TRUE(read.knows("link") && read.knows("other"));
    EXPECT_FALSE(read.knows("failed")) << "nothing of it is done";
    EXPECT_EQ(read.find("link")->tasks, 3u);
    EXPECT_DOUBLE_EQ(read.find("link")->ns, 6e6) << "the time of the call that failed counts in";
    EXPECT_DOUBLE_EQ(read.find("link")->bytes, 16384);
    EXPECT_DOUBLE_EQ(read.find("other")->ns, 1e6);
  }
}

TEST_F(EarlierRun, GivesTheSameForecastByItsTableAsByItsState) {
  state();
  std::vector<ComputeForecast> forecasts;
  for (const std::string& path : {table(), directory_.string()}) {
    Expansion expansion;
    for (const char* layer : {"link", "other", "unknown"}) {
      for (int task = 0; task < 20; ++task)
        expansion.graph.end_task(expansion.graph.group_for(layer, nullptr));
    }
    for (std::uint32_t task = 0; task < 60; ++task) expansion.targets.push_back({task});
    const Plan plan = make_plan(expansion.graph, expansion.targets, {});
    const std::vector<RankShape> ranks{{2}, {3}};
    JobForecast job({.ranks = ranks, .compares = false}, times(path), MachineSpeed());
    CostModel costs;
    job.times().tell_sizes(costs);
    forecasts.push_back(job.compute(expansion, plan, costs.result_sizes(expansion.graph), false, 0));
  }
  EXPECT_GT(forecasts[0].run.makespan_ns, 8'000'000);
  EXPECT_EQ(forecasts[0].run.makespan_ns, forecasts[1].run.makespan_ns);
  EXPECT_EQ(forecasts[0].critical_ns, forecasts[1].critical_ns);
  for (std::size_t layer = 0; layer < 3; ++layer) {
    EXPECT_DOUBLE_EQ(forecasts[0].layers[layer].ns, forecasts[1].layers[layer].ns);
    EXPECT_EQ(forecasts[0].layers[layer].is_measured, layer != 2);
  }
}

TEST_F(EarlierRun, IsRefusedWhereThereIsNone) {
  const std::string absent = (directory_ / "absent").string();
  EXPECT_EQ(refusal(absent), "'" + absent + "' cannot be read");
  EXPECT_EQ(refusal(directory_.string()),
            "'" + directory_.string() + "' has no state.json, as the directory of a --bask-watch has");
}

TEST_F(EarlierRun, IsRefusedWhereItIsAJournal) {
  const std::string path = file("journal-1-0", "BASKJRNL\1\0\0\0");
  constexpr const char* kWhy = "' is a journal of --bask-checkpoint, which has results but no durations";
  EXPECT_EQ(refusal(directory_.string()), "'" + directory_.string() + kWhy);
  EXPECT_EQ(refusal(path), "'" + path + kWhy);
}

TEST_F(EarlierRun, IsRefusedWhereItsStateIsNone) {
  constexpr const char* kWhy = "' is neither the whole state of a job nor a table of tasks";
  for (const char* text : {"", "no JSON", R"({"totals": [{"name": "link", "do)"}) {
    const std::string path = file("text", text);
    EXPECT_EQ(refusal(path), "'" + path + kWhy) << text;
  }
  for (const char* text :
       {"[1, 2]", "{}", R"({"totals": [{"name": 3}]})", R"({"totals": [{"name": "x"}]})"}) {
    const std::string path = file("state.json", text);
    const std::string why = refusal(directory_.string());
    EXPECT_TRUE(why.starts_with("'" + path + "' lacks what every state of a job has: ")) << why;
  }
}

TEST_F(EarlierRun, IsRefusedWhereItsTableIsCutOff) {
  const std::string path = table();
  std::filesystem::resize_file(path, 600);
  try {
    times(path);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_TRUE(text.starts_with("--bask-durations: '" + path + "' cannot be opened: ")) << text;
    EXPECT_TRUE(text.ends_with("the file is not whole: copy it again, or run with --bask-tasks again"))
        << text;
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
}

}  // namespace
}  // namespace bask
