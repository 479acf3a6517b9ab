// Ranks that run dry steal units of loaded ones: which tasks then run on another rank than the plan says, and
// what follows from that.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "local_cluster.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace bask::balance_test {

std::atomic<int> attempts[100];
std::mutex ran_mutex;
std::map<int, std::thread::id> ran_on;  // each rank has one thread; block n under n, task n under 100 + n
void set_thread(int what, std::thread::id thread) {
  const std::lock_guard lock(ran_mutex);
  ran_on[what] = thread;
}
void note_thread(int what) {
  set_thread(what, std::this_thread::get_id());
}
std::thread::id thread_of(int what) {
  const std::lock_guard lock(ran_mutex);
  return ran_on.at(what);
}
std::vector<double> make_block(int block) {
  note_thread(block);
  return std::vector<double>(1000, block);
}
int take_long(int task, bool is_long, const std::vector<double>& block) {
  if (is_long) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  note_thread(100 + task);
  return task + static_cast<int>(block[0]);
}
int take_long_and_retry(int task, bool is_long, const std::vector<double>& block) {
  const int result = take_long(task, is_long, block);
  if (++attempts[task] % 3 != 0) throw std::runtime_error("not yet");
  return result;
}

struct Moved {
  int long_tasks = 0, elsewhere = 0;  // of these, how many ran on another rank than the plan says
  std::vector<int> results;
};

// 90 tasks that read persisted blocks, long ones where `is_long`.
template <auto kTask>
std::vector<int> compute_some(const std::vector<Delayed<std::vector<double>>>& blocks,
                              const std::vector<bool>& is_long) {
  std::vector<Delayed<int>> all;
  for (std::size_t task = 0; task < 90; ++task) {
    all.push_back(delayed<kTask>(static_cast<int>(task), bool{is_long[task]}, blocks[task % 9]));
  }
  return compute(all);
}

std::vector<Delayed<std::vector<double>>> persisted_blocks() {
  std::vector<Delayed<std::vector<double>>> blocks;
  for (int block = 0; block < 9; ++block) blocks.push_back(delayed<make_block>(block));
  return persist(blocks);
}

// For each task the block on whose rank the plan puts it, as long as the program has learned no costs.
template <auto kTask>
std::vector<int> planned_places() {
  Options options;
  options.balance = false;
  const LocalCluster cluster({.ranks = 3, .most_delay = 3, .client = options});
  compute_some<kTask>(persisted_blocks(), std::vector<bool>(90));
  std::vector<int> places;
  for (int task = 0; task < 90; ++task) {
    int block = 0;
    while (thread_of(block) != thread_of(100 + task)) ++block;
    places.push_back(block);
  }
  return places;
}

// The tasks that the plan puts on one rank take long.
template <auto kTask>
Moved run_lopsided(bool balance, const Annotations& notes = {}) {
  const annotate scope(notes);
  for (std::atomic<int>& each : attempts) each = 0;
  const std::vector<int> places = planned_places<kTask>();
  Options options;
  options.balance = balance;
  const LocalCluster cluster({.ranks = 3, .most_delay = 3, .client = options});
  const std::vector<Delayed<std::vector<double>>> blocks = persisted_blocks();
  std::vector<std::thread::id> home;
  for (const int place : places) home.push_back(thread_of(place));
  std::vector<bool> is_long(90);
  for (std::size_t task = 0; task < 90; ++task) {
    is_long[task] = home[task] == home[0];
    set_thread(100 + static_cast<int>(task), home[task]);
  }
  Moved moved;
  moved.results = compute_some<kTask>(blocks, is_long);
  moved.long_tasks = static_cast<int>(std::count(is_long.begin(), is_long.end(), true));
  for (int task = 0; task < 90; ++task) {
    moved.elsewhere += thread_of(100 + task) != home[static_cast<std::size_t>(task)];
  }
  return moved;
}

TEST(Balance, BringsLongTasksFromALoadedRankToTheOthers) {
  const Moved with = run_lopsided<take_long>(true), without = run_lopsided<take_long>(false);
  EXPECT_GE(with.long_tasks, 20);
  EXPECT_GT(with.elsewhere, 3);
  EXPECT_EQ(without.elsewhere, 0);
  EXPECT_EQ(with.results, without.results);
}

TEST(Balance, RetriesTasksThatWereStolen) {
  const Moved moved = run_lopsided<take_long_and_retry>(true, {.retries = 2});
  EXPECT_GT(moved.elsewhere, 3);
  for (int task = 0; task < 90; ++task) {
    EXPECT_EQ(attempts[task], 6) << "in two computations";
    EXPECT_EQ(moved.results[static_cast<std::size_t>(task)], task + task % 9);
  }
}

int take_long_and_fail_elsewhere(int task, bool is_long, const std::vector<double>& block) {
  const std::thread::id home = is_long ? thread_of(100 + task) : std::thread::id();
  const int result = take_long(task, is_long, block);
  if (is_long && thread_of(100 + task) != home) throw std::domain_error("task " + std::to_string(task));
  return result;
}

TEST(Balance, TellsOfAStolenTaskThatThrew) {
  try {
    run_lopsided<take_long_and_fail_elsewhere>(true);
    FAIL();
  } catch (const TaskError& error) {
    EXPECT_EQ(error.failure().cause.find("std::domain_error: task "), 0u);
    EXPECT_EQ(error.failure().layer, "take_long_and_fail_elsewhere");
    EXPECT_EQ(error.failure().host, "host" + std::to_string(error.failure().rank));
  }
}

}  // namespace bask::balance_test
