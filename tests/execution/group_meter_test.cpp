// What runners measure of the results and units of each group.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <boost/serialization/vector.hpp>

#include <chrono>
#include <map>
#include <numeric>
#include <thread>

namespace bask::group_meter_test {

std::vector<double> numbers(int count) {
  return std::vector<double>(static_cast<std::size_t>(count));
}
double total(const std::vector<double>& all) {
  return std::accumulate(all.begin(), all.end(), 0.0);
}
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}

// By layer, for all tasks that the targets need.
std::map<std::string, GroupMeasure> measured(const std::vector<TaskRef>& targets) {
  std::vector<const TaskRef*> refs;
  for (const TaskRef& target : targets) refs.push_back(&target);
  const Expansion expansion = expand(refs);
  TaskRunner runner(make_plan(expansion.graph, expansion.targets, {.fuse = false}),
                    expansion.graph.constant_values(), {.threads = 1});
  runner.work_in_order([] {});
  std::map<std::string, GroupMeasure> by_layer;
  const std::vector<GroupMeasure> all = runner.progress().measured();
  for (std::size_t group = 0; group < all.size(); ++group)
    by_layer[runner.plan()->groups[group].layer] = all[group];
  return by_layer;
}

TEST(GroupMeter, CountsTheBytesOfResultsThatHoldMemory) {
  const auto by_layer =
      measured({delayed<total>(delayed<numbers>(1000)).ref(), delayed<total>(delayed<numbers>(3000)).ref()});
  EXPECT_EQ(by_layer.at("numbers").results, 2u);
  EXPECT_EQ(by_layer.at("numbers").bytes, 4000 * sizeof(double));
  EXPECT_EQ(by_layer.at("total").results, 0u) << "a double holds no memory";
}

TEST(GroupMeter, AddsUpTheTimeOfUnits) {
  const auto by_layer = measured({delayed<nap>(3).ref(), delayed<nap>(4).ref(), delayed<numbers>(1).ref()});
  EXPECT_EQ(by_layer.at("nap").units, 2u);
  EXPECT_GE(by_layer.at("nap").ns, 7'000'000u);
  EXPECT_EQ(by_layer.at("numbers").units, 1u);
  EXPECT_LT(by_layer.at("numbers").ns, by_layer.at("nap").ns);
}

}  // namespace bask::group_meter_test
