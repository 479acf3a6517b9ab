// TaskTimes, of what an earlier run has measured; and MachineSpeed: what is read from files, and what is
// refused.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/forecast/task_times.hpp>
#include <bask/plan/make_plan.hpp>

#include "../system/directory_test.hpp"

#include <fstream>

namespace bask {
namespace {

class TaskTimesTest : public DirectoryTest {
 protected:
  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = (directory_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_F(TaskTimesTest, GivesTheTasksOfALayerTheTimeThatTheyHadInAnEarlierRun) {
  TaskGraph graph;
  for (const char* layer : {"link", "other"}) {
    graph.end_task(graph.group_for(layer, nullptr));
    graph.end_task(graph.group_for(layer, nullptr));
  }
  const Plan plan = make_plan(graph, std::vector<TaskId>{{0}, {1}, {2}, {3}}, {});
  MachineSpeed speed;
  speed.task_ns = 7;
  const TaskTimes times(speed, "a run", {{"link", {4, 2'000'000, 0}}, {"empty", {0, 5, 0}}});
  const std::vector<float> ns = times.of(plan, graph, {});
  EXPECT_FLOAT_EQ(ns[0], 500'000);
  EXPECT_FLOAT_EQ(ns[1], 500'000);
  EXPECT_FLOAT_EQ(ns[2], 7) << "guessed";
  EXPECT_TRUE(times.knows("link"));
  EXPECT_FALSE(times.knows("other"));
  EXPECT_FALSE(times.knows("empty")) << "none of its tasks is done";
}

TEST_F(TaskTimesTest, ASpeedThatWasWrittenIsReadAgain) {
  const std::string path = (directory_ / "node.json").string();
  MachineSpeed speed;
  speed.function_ns = 3.25;
  speed.read_back_ns_per_byte = 0.125;
  write_machine_speed(path, speed, "a node");
  const MachineSpeed read = read_machine_speed(path);
  for (const NamedSpeed& named : named_speeds()) EXPECT_EQ(read.*named.ns, speed.*named.ns) << named.name;
}

TEST_F(TaskTimesTest, RefusesWhatIsNoSpeedOfAMachine) {
  const auto message = [&](const std::string& path) { return message_of([&] { read_machine_speed(path); }); };
  EXPECT_NE(message((directory_ / "absent").string()).find("cannot be read"), std::string::npos);
  EXPECT_NE(message(file("a", "{}")).find("is not the speed of a machine"), std::string::npos);
  EXPECT_NE(message(file("b", R"({"unit_ns": "fast"})")).find("--bask-profile-machine"), std::string::npos);
  const std::string path = (directory_ / "c").string();
  MachineSpeed speed;
  speed.unit_ns = -1;
  write_machine_speed(path, speed, "");
  EXPECT_NE(message(path).find("says -1 for unit_ns"), std::string::npos);
}

}  // namespace
}  // namespace bask
