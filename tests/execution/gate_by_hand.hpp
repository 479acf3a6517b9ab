// gate_by_hand.hpp: a memory gate, and units that a test starts and ends.
#pragma once

#include <gtest/gtest.h>
#include <bask/execution/memory_gate.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include "../system/directory_test.hpp"

#include <atomic>
#include <cerrno>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bask::memory_gate_test {

using Bytes = std::vector<char>;

inline ssize_t fails_with(int error) {
  errno = error;
  return -1;
}

/// A disk that has room for some bytes, and may fail to read.
struct Disk {
  std::atomic<off_t> size{1 << 30};
  std::atomic<bool> loses{false};
  TransferCalls calls() {
    TransferCalls all;
    all.write = [this](int to, const void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      if (offset + static_cast<off_t>(bytes) > size) return fails_with(ENOSPC);
      return ::pwrite(to, memory, bytes, offset);
    };
    all.read = [this](int from, void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      return loses ? fails_with(EIO) : ::pread(from, memory, bytes, offset);
    };
    return all;
  }
};

/// A graph of tasks that each make so many bytes (0: nobody knows) of what they read.
struct Tasks {
  std::uint32_t add(float bytes, std::initializer_list<std::uint32_t> inputs = {}) {
    for (const std::uint32_t input : inputs) graph.add_input({input});
    graph.end_task(graph.group_for("task " + std::to_string(graph.size()), nullptr));
    graph.result_bytes.push_back(bytes);
    return graph.size() - 1;
  }
  TaskGraph graph;
};

/// A run whose units the test starts and ends. Units and results go by the number of their task.
struct RunByHand {
  RunByHand(const Tasks& tasks, const std::vector<TaskId>& targets,
            const std::shared_ptr<RankMemory>& rank_memory, bool has_peers)
      : memory(rank_memory),
        plan(make_plan(tasks.graph, targets, {.fuse = false}, result_sizes(tasks.graph, {}))),
        results(plan.take_uses(), tasks.graph.constant_values(), *memory, true) {
    units.resize(tasks.graph.size(), kNoIndex);
    for (std::uint32_t unit = 0; unit < plan->units(); ++unit) units[plan->task[unit].index] = unit;
    gate.emplace(plan, results, *memory, MemoryGate::Setting{.threads = 1, .has_peers = has_peers},
                 MemoryGate::Hooks{[this](std::span<const ReadyUnit> ready) {
                                     const std::lock_guard lock(mutex);
                                     for (const ReadyUnit& each : ready)
                                       granted.push_back(task_of(each.unit));
                                   },
                                   [this](std::uint32_t, const Error& error) {
                                     const std::lock_guard lock(mutex);
                                     if (failure.empty()) failure = error.what();
                                   },
                                   [this](std::uint32_t place) {
                                     const std::lock_guard lock(mutex);
                                     fetched.push_back(task_of(place));
                                   },
                                   [this](std::uint32_t place) {
                                     const std::lock_guard lock(mutex);
                                     served.push_back(task_of(place));
                                   }});
    gate->add_units(0, plan->units());
  }
  std::uint32_t task_of(std::uint32_t unit) const { return plan->task[unit].index; }

  bool enter(std::uint32_t task) {
    const std::optional<MemoryBudget> entered = gate->enter(units[task]);
    if (entered) budget = *entered;
    return entered.has_value();
  }
  /// The same for one that ends before another is entered so.
  bool enter_calm(std::uint32_t task) {
    const std::optional<MemoryBudget> entered = gate->enter(units[task], 0);
    if (entered) budget = *entered;
    return entered.has_value();
  }
  /// Waits until the task is let in; false when that fails.
  bool wait_for(std::uint32_t task) {
    for (int round = 0; round < 1000; ++round) {
      gate->wait_for_granted(units[task], std::chrono::milliseconds(10));
      if (const std::optional<MemoryBudget> entered = gate->granted(units[task])) {
        budget = *entered;
        return true;
      }
      if (!failure_text().empty()) return false;
    }
    ADD_FAILURE() << "task " << task << " is not let in";
    return false;
  }
  bool get_in(std::uint32_t task) { return enter(task) || wait_for(task); }
  /// Ends a task that was let in, whose result has so many bytes.
  void end(std::uint32_t task, std::size_t bytes) {
    const std::uint32_t at = units[task];
    results.room_for(at).emplace<Bytes>(bytes, static_cast<char>(task));
    results.made(at, budget);
    gate->learn(plan.group_of(at), bytes);
    for (const Source input : plan->inputs_of(at)) {
      EXPECT_TRUE(results.at(input.index()).has_value()) << "input of task " << task;
      if (results.release(input.index(), nullptr, !budget.calm) != 0) {
        gate->freed(input.index());
      } else if (!budget.calm) {
        gate->may_leave(input.index());
      }
    }
    gate->give_back(budget);
    if (results.publish(at)) gate->may_leave(at);
    gate->leave(budget);
  }
  void run(std::uint32_t task, std::size_t bytes) {
    ASSERT_TRUE(get_in(task)) << failure_text();
    end(task, bytes);
  }
  ResultState state_of(std::uint32_t task) { return results.state(units[task]); }
  std::string failure_text() {
    const std::lock_guard lock(mutex);
    return failure;
  }
  /// Tasks that were handed out, in order.
  std::vector<std::uint32_t> granted_so_far() {
    gate->wait_until_still();
    const std::lock_guard lock(mutex);
    return granted;
  }
  /// Results that other ranks have asked for and that are here for them, in order.
  std::vector<std::uint32_t> served_so_far() {
    gate->wait_until_still();
    const std::lock_guard lock(mutex);
    return served;
  }
  /// A result that was served has gone to its rank, and may leave.
  void end_send(std::uint32_t task) {
    results.unpin(units[task]);
    gate->may_leave(units[task]);
    gate->end_send(units[task]);
  }
  std::uint64_t held() const { return memory->ledger().held(); }

  std::shared_ptr<RankMemory> memory;
  PlanStore plan;
  ResultStore results;
  std::vector<std::uint32_t> units;
  MemoryBudget budget;
  std::mutex mutex;
  std::vector<std::uint32_t> granted, served;
  std::vector<std::uint32_t> fetched;  // results of other ranks that were asked for
  std::string failure;
  std::optional<MemoryGate> gate;
};

class MemoryGateTest : public DirectoryTest {
 protected:
  RunByHand& run(const std::vector<TaskId>& targets, std::uint64_t limit, bool has_peers = false) {
    memory_ = std::make_shared<RankMemory>(
        limit, [this] { return directory_.string(); }, disk_.calls());
    return run_.emplace(tasks_, targets, memory_, has_peers);
  }
  void expect_nothing_left() {
    run_.reset();
    EXPECT_EQ(memory_->ledger().held(), 0u);
    if (memory_->use().spilled == 0) return;
    EXPECT_EQ(memory_->spill_store().bytes_held(), 0u);
  }
  Disk disk_;
  Tasks tasks_;
  std::shared_ptr<RankMemory> memory_;
  std::optional<RunByHand> run_;
};

}  // namespace bask::memory_gate_test
