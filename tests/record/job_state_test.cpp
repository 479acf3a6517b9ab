#include <gtest/gtest.h>
#include <bask/record/job_state.hpp>

#include <nlohmann/json.hpp>

#include "made_up_job.hpp"

namespace bask {
namespace {

using Json = nlohmann::json;

std::int64_t no_time() {
  return 0;
}

Json state_of(JobRecord& record) {
  std::string text;
  record.read([&](const JobKnowledge& known) { text = state_text(known); });
  EXPECT_EQ(text.find('\n'), text.npos);
  return Json::parse(text);
}

TEST(JobState, IsWholeBeforeTheFirstComputation) {
  JobRecord record(facts_of_ranks(2), no_time);
  const Json state = state_of(record);
  EXPECT_EQ(state["format"], 1);
  EXPECT_TRUE(state["compute"].is_null());
  EXPECT_TRUE(state["job"]["ended"].is_null());
  EXPECT_EQ(state["ranks"].size(), 2u);
  EXPECT_TRUE(state["ranks"][0]["memory_limit"].is_null());
  EXPECT_TRUE(state["layers"].empty());
}

TEST(JobState, CountsALayersTasksByItsName) {
  JobRecord record(facts_of_ranks(1), no_time);
  record.begin_compute();
  record.begin_running({{.layer = "x", .tasks = 10},
                        {.layer = "none", .tasks = 0},
                        {.layer = "y", .tasks = 5, .inputs = {0}},
                        {.layer = "x", .tasks = 2, .inputs = {2}}});
  record.progress({4, 0, 1, 2});
  const Json state = state_of(record);
  EXPECT_EQ(state["compute"]["state"], "running");
  EXPECT_EQ(state["compute"]["tasks"], 17);
  EXPECT_EQ(state["compute"]["done"], 7);
  ASSERT_EQ(state["layers"].size(), 2u);
  EXPECT_EQ(state["layers"][0]["name"], "x");
  EXPECT_EQ(state["layers"][0]["tasks"], 12);
  EXPECT_EQ(state["layers"][0]["done"], 6);
  EXPECT_EQ(state["graph"]["inputs"], Json({{1}, {0}}));
}

TEST(JobState, ShowsWhatWasForetoldOfAComputationBesideWhatItTook) {
  JobRecord record(facts_of_ranks(2), no_time);
  record.begin_compute();
  record.forecast({.seconds = 1.5, .peak_memory = 2000, .bytes_moved = 300}, "an earlier run");
  const Json foretold{
      {"seconds", 1.5}, {"peak_memory", 2000}, {"bytes_moved", 300}, {"source", "an earlier run"}};
  Json state = state_of(record);
  EXPECT_EQ(state["forecast"], foretold);
  EXPECT_TRUE(state["compute"]["peak_memory"].is_null());
  record.used({.seconds = {}, .peak_memory = 2100, .bytes_moved = 301});
  record.end_compute(ComputeState::kDone);
  record.begin_compute();
  state = state_of(record);
  EXPECT_TRUE(state["forecast"].is_null()) << "none was made of the second computation";
  EXPECT_EQ(state["computes"][0]["forecast"], foretold);
  EXPECT_EQ(state["computes"][0]["peak_memory"], 2100);
  EXPECT_EQ(state["computes"][0]["bytes_moved"], 301);
}

// Tasks 0, 1, 2, of which task 1 reads task 0, which rank 1 runs.
class MadeUpNames final : public TaskNames {
 public:
  std::string name(std::uint32_t task) const override { return "t-" + std::to_string(task); }
  std::string layer(std::uint32_t) const override { return "t"; }
  std::optional<std::uint32_t> input(std::uint32_t task, std::uint32_t) const override { return task - 1; }
  void find(std::span<const std::uint32_t>) override {}
  std::optional<std::uint32_t> rank(std::uint32_t task) const override { return task == 0 ? 1 : 0; }
  std::optional<std::uint32_t> unit(std::uint32_t task) const override { return task; }
};

TEST(JobState, NamesWhatWaitsAndWhatItsInputDoesOnAnotherRank) {
  JobRecord record(facts_of_ranks(2), no_time);
  record.begin_compute();
  record.begin_running({{.layer = "t", .tasks = 3}});
  record.set_task_names(std::make_shared<MadeUpNames>());
  MadeUpRank one({"t"}), two({"t"});
  one.report().waiting = {.run = 1, .left = 2};
  one.report().waiting.tasks = {
      {.first = 1, .last = 1, .missing = 1, .inputs = {{0, 1, InputPlace::kOtherRank}}}};
  two.report().doing = {{.since_ns = 0, .lane = 0, .task = 0, .activity = MadeUpRank::layer(0)}};
  record.add(0, one.report());
  record.add(1, two.report());
  const Json waiting = state_of(record)["ranks"][0]["waiting"];
  EXPECT_EQ(waiting["left"], 2);
  ASSERT_EQ(waiting["tasks"].size(), 1u);
  EXPECT_EQ(waiting["tasks"][0]["task"], "t-1");
  EXPECT_EQ(waiting["tasks"][0]["inputs"],
            Json::parse(R"([{"task": "t-0", "rank": 1, "state": "runs there, for 0 ns"}])"));
  EXPECT_TRUE(state_of(record)["ranks"][1]["waiting"].is_null());
  record.set_task_names(nullptr);
  EXPECT_TRUE(state_of(record)["ranks"][0]["waiting"].is_null());
}

TEST(JobState, TellsTheTasksOfASmallGraphOneByOne) {
  JobRecord record(facts_of_ranks(2), no_time);
  record.begin_compute();
  record.begin_running({{.layer = "t", .tasks = 4}}, 3,
                       {{.task = 0}, {.task = 1, .inputs = {0}}, {.task = 2, .inputs = {1}}, {.task = 7}});
  record.set_task_names(std::make_shared<MadeUpNames>());
  MadeUpRank one({"t"}), two({"t"});
  one.report().newest = {
      {.run = 2, .task = 7, .layer = MadeUpRank::layer(0), .kind = EventKind::kTaskFinished},
      {.run = 3, .task = 1, .layer = MadeUpRank::layer(0), .kind = EventKind::kTaskFinished}};
  two.report().doing = {{.since_ns = 0, .lane = 0, .task = 2, .activity = MadeUpRank::layer(0)}};
  record.add(0, one.report());
  record.add(1, two.report());
  const Json tasks = state_of(record)["graph"]["tasks"];
  ASSERT_EQ(tasks.size(), 4u);
  EXPECT_EQ(tasks[0],
            Json::parse(R"({"layer": 0, "name": "t-0", "inputs": [], "rank": 1, "state": "done"})"));
  EXPECT_EQ(tasks[1]["state"], "done");
  EXPECT_EQ(tasks[2],
            Json::parse(R"({"layer": 0, "name": "t-2", "inputs": [1], "rank": 1, "state": "running"})"));
  EXPECT_EQ(tasks[3]["state"], "waiting") << "an earlier run had a task of that number";
  record.progress({4});
  EXPECT_EQ(state_of(record)["graph"]["tasks"][3]["state"], "done") << "all of its layer have ended";
  record.begin_compute();
  EXPECT_TRUE(state_of(record)["graph"]["tasks"].is_null());
}

TEST(JobState, ShowsWhatAThreadIsInAndTheNamesOfItsRank) {
  JobRecord record(facts_of_ranks(2), no_time);
  record.begin_compute();
  record.begin_running({{.layer = "b", .tasks = 4}, {.layer = "a", .tasks = 4}});
  MadeUpRank one({"a"}), two({"b", "a"});
  one.does(MadeUpRank::layer(0), 2);
  two.does(MadeUpRank::layer(1), 1).does(Activity::kWaitData, 1);
  two.report().doing = {{.since_ns = 5 * kMs, .lane = 0, .task = 9, .activity = MadeUpRank::layer(0)}};
  record.add(0, one.report());
  record.add(1, two.report());
  const Json state = state_of(record);
  const Json& timeline = state["timeline"];
  ASSERT_EQ(timeline["lanes"].size(), 2u);
  const std::size_t a = timeline["lanes"][0]["bins"][0][0];
  EXPECT_EQ(timeline["activities"][a], "a");
  EXPECT_EQ(timeline["kinds"][a], "task");
  EXPECT_EQ(timeline["lanes"][1]["bins"][0][0], a);
  EXPECT_EQ(timeline["lanes"][1]["bins"][1], Json({1, 1.0}));
  ASSERT_EQ(state["now"].size(), 1u);
  EXPECT_EQ(timeline["activities"][state["now"][0]["activity"].get<std::size_t>()], "b");
  EXPECT_EQ(state["now"][0]["task"], 9);
  EXPECT_EQ(state["layers"][0]["running"], 1);
}

TEST(JobState, TakesReportsInTheirOrderHoweverTheyCome) {
  JobRecord record(facts_of_ranks(1), no_time);
  MadeUpRank first({"a"}), second({"b"}), third({});
  first.ran(0, 1, 5);
  second.report().new_lanes.clear();
  second.ran(1, 2, 5).report().number = 1;
  third.report().new_lanes.clear();
  third.ran(1, 4, 5).does(MadeUpRank::layer(0), 1).report().number = 2;
  record.add(0, third.report());
  record.add(0, second.report());
  EXPECT_TRUE(state_of(record)["totals"].empty());
  record.add(0, first.report());
  const Json totals = state_of(record)["totals"];
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals[0]["done"], 1);
  EXPECT_EQ(totals[1]["name"], "b");
  EXPECT_EQ(totals[1]["done"], 6);
}

TEST(JobState, IsValidTextWhateverNamesAre) {
  JobFacts facts = facts_of_ranks(1);
  facts.program = "\xff\xfe</script>\x1b[2J";
  facts.arguments = {std::string("\0\n", 2)};
  JobRecord record(facts, no_time);
  record.begin_compute();
  record.begin_running({{.layer = "\xc3\x28\"", .tasks = 1}});
  record.error(0, "\x80");
  const Json state = state_of(record);
  EXPECT_EQ(state["layers"].size(), 1u);
  EXPECT_EQ(state["errors"].size(), 1u);
}

TEST(JobState, PutsRanksTogetherInALargeMatrix) {
  JobRecord record(facts_of_ranks(130), no_time);
  MadeUpRank rank({});
  rank.report().moved = {{.from = 0, .results = 1, .bytes = 10}, {.from = 129, .results = 1, .bytes = 5}};
  record.add(1, rank.report());
  const Json moved = state_of(record)["moved"];
  ASSERT_EQ(moved["names"].size(), 44u);
  EXPECT_EQ(moved["names"][0], "0-2");
  EXPECT_EQ(moved["names"][43], "129");
  EXPECT_EQ(moved["bytes"][0][0], 10);
  EXPECT_EQ(moved["bytes"][43][0], 5);
  const Json ranks = state_of(record)["timeline"]["ranks"];
  EXPECT_EQ(ranks[129]["out"], Json({5}));
  EXPECT_TRUE(ranks[1]["out"].empty());
}

TEST(JobState, GrowsNeitherWithTasksNorWithTime) {
  JobRecord record(facts_of_ranks(2), no_time);
  std::size_t before = 0;
  for (std::uint32_t round = 0; round < 2000; ++round) {
    MadeUpRank rank(round == 0 ? std::vector<std::string>{"a"} : std::vector<std::string>{});
    if (round != 0) rank.report().new_lanes.clear();
    RankReport& report = rank.report();
    report.number = round;
    const std::int64_t at = round * 500 * kMs;
    const unsigned level = bin_level(at);
    report.lanes[0].shares = {
        {bin_at(at, level), static_cast<std::uint16_t>(level), MadeUpRank::layer(0), kMs}};
    report.samples = {{.bin = bin_at(at, level), .level = level, .held = round}};
    for (std::uint32_t task = 0; task < 20; ++task)
      report.sample.push_back({.begin_ns = at, .ns = task, .task = task, .layer = MadeUpRank::layer(0)});
    report.newest = report.slowest = report.largest = report.sample;
    record.add(0, report);
    if (round == 999) record.read([&](const JobKnowledge& known) { before = state_text(known).size(); });
  }
  record.read([&](const JobKnowledge& known) { EXPECT_LT(state_text(known).size(), before * 5 / 4); });
}

}  // namespace
}  // namespace bask
