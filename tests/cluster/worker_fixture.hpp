// worker_fixture.hpp: the worker of rank 1 with a pool of its own. A test hands it messages in any order; the
// messages that it sends to rank 0 are recorded.
#pragma once

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/cluster/run_opening.hpp>
#include <bask/cluster/worker.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>

#include "listening_ranks.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace bask {

// A program and how rank 0 splits it.
struct Program {
  Program(const std::vector<Delayed<int>>& targets, std::vector<std::uint32_t> ranks, bool hold)
      : expansion(expanded(targets)),
        plan(make_plan(expansion.graph, expansion.targets, {.fuse = false})),
        rank_of_unit(ranks.empty() ? std::vector<std::uint32_t>(plan.units(), 1) : std::move(ranks)),
        splitter(plan, expansion.graph, rank_of_unit, {.ranks = 2, .hold = hold}) {}
  static Expansion expanded(const std::vector<Delayed<int>>& targets) {
    open_layer::close();
    std::vector<const TaskRef*> refs;
    for (const Delayed<int>& target : targets) refs.push_back(&target.ref());
    return expand(refs);
  }
  Expansion expansion;
  Plan plan;
  std::vector<std::uint32_t> rank_of_unit;
  Splitter splitter;
};

struct Begin {
  bool hold = false, balance = false;
  std::vector<std::uint32_t> rank_of_unit = {};  ///< empty: all on rank 1
};

class WorkerTest : public testing::Test {
 protected:
  explicit WorkerTest(unsigned threads = 1, std::chrono::steady_clock::time_point end = {})
      : ranks_({.ranks = 2}), pool_(threads, Pin::kOff) {
    WorkerOptions options;
    options.runner.threads = threads;
    options.runner.end = end;
    options.runner.backoff.crowded = true;
    options.pool = &pool_;
    worker_ = std::make_unique<Worker>(exchange1_, options);
    exchange1_.locked([&] {
      heard_by_1_.settled = [worker = worker_.get()](unsigned thread) { worker->on_settled(thread); };
    });
  }
  ~WorkerTest() override { worker_.reset(); }

  /// Begins a run: puts rank 0's messages of it into rank 1's inbox. Returns the run's number.
  std::uint32_t begin(const std::vector<Delayed<int>>& targets, const Begin& how = {}) {
    programs_.push_back(std::make_unique<Program>(targets, how.rank_of_unit, how.hold));
    Program& program = *programs_.back();
    const std::uint32_t run = static_cast<std::uint32_t>(programs_.size());
    RunOpening opening(program.plan, program.expansion.graph, program.splitter, {how.hold, how.balance}, 2);
    exchange0_.post_message(1, MessageKind::kBeginRun, run, opening.of(1));
    while (!program.splitter.done()) {
      const PlanPart part = program.splitter.next(1)[1];
      if (!part.empty()) exchange0_.post_buffer(1, MessageKind::kPart, run, encode_part(part));
    }
    pump();
    return run;
  }
  void say(MessageKind kind, std::uint32_t run) {
    exchange0_.post(1, kind, run);
    pump();
  }
  void say_stop(std::uint32_t run) {
    const std::chrono::nanoseconds patience = std::chrono::hours(1);
    exchange0_.post_message(1, MessageKind::kStop, run, Stop{patience.count()});
    pump();
  }
  void say_result(std::uint32_t run, std::uint32_t position, int number) {
    Value value;
    value.emplace<int>(number);
    exchange0_.post_result({1, position}, MessageKind::kResult, run, value);
    pump();
  }
  void pump() {
    exchange0_.progress(0);
    exchange1_.progress(0);
    exchange1_.locked([&] { worker_->tick(); });
    exchange1_.progress(0);
    exchange0_.progress(0);
  }
  /// Hands over all messages in rank 1's inbox, in this order, or as they came.
  void deliver(std::vector<std::size_t> order = {}) {
    exchange1_.locked([&] {
      const std::vector<Said> messages = std::exchange(heard_by_1_.said, {});
      if (order.empty()) {
        for (std::size_t i = 0; i < messages.size(); ++i) order.push_back(i);
      }
      for (const std::size_t i : order) hand_over(messages[i]);
      worker_->on_settled(0);
    });
  }
  void hand_over(const Said& said) { worker_->on_message(said.from, said.kind, said.run, said.body); }
  /// How often rank 0 has received such a message.
  long heard(MessageKind kind, std::uint32_t run) const {
    return std::ranges::count_if(
        heard_by_0_.said, [&](const Said& message) { return message.kind == kind && message.run == run; });
  }
  void wait_for(MessageKind kind, std::uint32_t run, long times = 1) {
    wait_until([&] { return heard(kind, run) >= times; });
    ASSERT_EQ(heard(kind, run), times) << "kind " << static_cast<int>(kind);
  }
  template <class Condition>
  void wait_until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      pump();
      std::this_thread::yield();
    }
  }
  int result(std::uint32_t run) const {
    for (const Said& message : heard_by_0_.said) {
      if (message.kind != MessageKind::kResult || message.run != run) continue;
      ByteReader reader(message.body);
      const auto head = reader.read_raw<ResultHead>();
      return TypeRegistry::instance()[head.type].decode(reader).get<int>();
    }
    ADD_FAILURE() << "no result of run " << run;
    return 0;
  }
  void drop(std::uint32_t run, std::vector<std::uint64_t> numbers) {
    worker_->on_message(0, MessageKind::kDrop, run, encode_message(Drop{std::move(numbers)}));
  }
  bool is_idle() {
    return exchange1_.locked([&] { return worker_->is_idle(); });
  }
  std::size_t held() {
    return exchange1_.locked([&] { return worker_->held(); });
  }

  ListeningRanks ranks_;
  Listener& heard_by_0_ = ranks_.listener(0);
  Listener& heard_by_1_ = ranks_.listener(1);
  Exchange& exchange0_ = ranks_[0];
  Exchange& exchange1_ = ranks_[1];
  ThreadPool pool_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace bask
