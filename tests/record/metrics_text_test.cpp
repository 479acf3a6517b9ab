#include <gtest/gtest.h>
#include <bask/record/metrics_text.hpp>

#include "made_up_job.hpp"

#include <set>
#include <sstream>

namespace bask {
namespace {

std::string metrics_of(JobRecord& record) {
  std::string text;
  record.read([&](const JobKnowledge& known) { text = metrics_text(known); });
  return text;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricsText, CountsTasksByLayerAndEscapesNames) {
  MadeUpClock clock;
  JobFacts facts = facts_of_ranks(2);
  facts.ranks[1].memory_limit = 4096;
  JobRecord record(facts, read(clock));
  MadeUpRank one({"a \"b\"\n\\c"});
  one.does(MadeUpRank::layer(0), 2).does(Activity::kWaitData, 1).ran(0, 3, 1'500'000'000, 10);
  record.begin_compute();
  record.begin_running({{.layer = "x", .tasks = 8}});
  clock.now_ns = 3'000'000'000;
  record.progress({2});
  record.add(0, one.report());
  const std::string text = metrics_of(record);
  EXPECT_TRUE(has_line(text, R"(bask_tasks_done_total{layer="a \"b\" \\c"} 3)")) << text;
  EXPECT_TRUE(has_line(text, R"(bask_kernel_seconds_total{layer="a \"b\" \\c"} 1.5)"));
  EXPECT_TRUE(has_line(text, R"(bask_thread_seconds_total{kind="data"} 0.001)"));
  EXPECT_TRUE(has_line(text, R"(bask_memory_limit_bytes{rank="1"} 4096)"));
  EXPECT_FALSE(has_line(text, R"(bask_memory_limit_bytes{rank="0"} 0)"));
  EXPECT_TRUE(has_line(text, "bask_computation_left_seconds 9"));
  EXPECT_TRUE(has_line(text, "bask_job_ended 0"));
  EXPECT_EQ(text.find("exit_code"), text.npos);
}

TEST(MetricsText, TellsTheExitCodeOnceTheJobHasEnded) {
  JobRecord record(facts_of_ranks(1), [] { return std::int64_t{0}; });
  record.end_job(75);
  EXPECT_TRUE(has_line(metrics_of(record), "bask_job_ended 1"));
  EXPECT_TRUE(has_line(metrics_of(record), "bask_job_exit_code 75"));
}

TEST(MetricsText, DescribesEachMetricOnceAndRightBeforeItsLines) {
  JobRecord record(facts_of_ranks(1), [] { return std::int64_t{0}; });
  std::istringstream lines(metrics_of(record));
  std::set<std::string> described;
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark, what, of;
    words >> mark >> what >> of;
    if (mark != "#") {
      EXPECT_EQ(line.substr(0, line.find_first_of(" {")), name);
    } else if (what == "HELP") {
      EXPECT_TRUE(described.insert(name = of).second) << of;
    } else {
      EXPECT_EQ(what, "TYPE");
      EXPECT_EQ(of, name);
      EXPECT_EQ(name.ends_with("_total"), line.ends_with(" counter")) << line;
    }
  }
  EXPECT_GT(described.size(), 15u);
}

}  // namespace
}  // namespace bask
