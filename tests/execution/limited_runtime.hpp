// limited_runtime.hpp: computes in this process within a memory limit that a test chooses, on a disk that may
// fail, and knows beforehand how much memory a computation needs at least.
#pragma once

#include <gtest/gtest.h>
#include <bask/collections/delayed.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/graph/expand.hpp>
#include <bask/graph/value_layer.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace bask {

/// Ends the program when something takes longer than it may: a hang is a failure that says where.
class Watchdog {
 public:
  Watchdog(std::string what, std::chrono::seconds patience)
      : what_(std::move(what)), thread_([this, patience] { watch(patience); }) {}
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    over_.notify_all();
    thread_.join();
  }

 private:
  void watch(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    if (over_.wait_for(lock, patience, [&] { return is_over_; })) return;
    std::fprintf(stderr, "%s has not ended in %lld s\n", what_.c_str(),
                 static_cast<long long>(patience.count()));
    std::abort();
  }

  const std::string what_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;
};

/// What was learned of one computation: the size of each task's result, and how much memory it needs.
struct MeasuredRun {
  std::vector<std::uint64_t> bytes;       // by task of the graph
  std::uint64_t need = 0;                 // of the unit that needs most, or of all targets together
  std::uint64_t largest = 0;              // what a unit makes at most
  std::uint64_t largest_with_inputs = 0;  // of a unit, constants of the program too
};

class LimitedRuntime final : public Runtime {
 public:
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
  /// `threads`: 0 for the calling thread alone.
  LimitedRuntime(std::uint64_t limit, unsigned threads, const std::string& scratch,
                 const TransferCalls& calls = TransferCalls::of_system())
      : memory_(std::make_shared<RankMemory>(
            limit, [scratch] { return scratch; }, calls)),
        threads_(threads) {
    open_layer::close();  // calls that an earlier test has not computed would number those of this one
    use_runtime(this);
  }
  ~LimitedRuntime() override { drop_runtime(this); }

  RankMemory& memory() { return *memory_; }
  MemoryLedger& ledger() { return memory_->ledger(); }
  /// The runs so far; with `measure()` they say how much they need.
  std::vector<MeasuredRun>& runs() { return runs_; }
  void measure() { measures_ = true; }
  /// Later computations know the sizes of their results from the same computations that were measured.
  void know(const std::vector<MeasuredRun>& runs) { known_ = &runs; }
  /// Results of later computations are kept by it.
  void record_with(Recorder& recorder) { recorder_ = &recorder; }
  /// The most that was held in any run.
  std::uint64_t peak() const { return peak_; }
  void cancel() {
    if (TaskRunner* const runner = runner_.load()) runner->cancel();
  }

  Results compute(std::span<const TaskRef* const> targets) override {
    return run(targets, [](TaskRunner& runner) { return runner.take_results(runner.plan()->targets); });
  }
  std::vector<TaskRef> persist(std::span<const TaskRef* const> targets) override {
    const auto kept =
        run(targets, [](TaskRunner& runner) { return runner.take_persisted(runner.plan()->targets); });
    std::vector<TaskRef> held;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Layer& layer = *targets[i]->layer;
      held.push_back(kept[i] == nullptr ? *targets[i]
                                        : ValueLayer::held(layer.label(targets[i]->index),
                                                           layer.key(targets[i]->index), kept[i]));
    }
    return held;
  }
  std::vector<Value> call_everywhere(KernelId, std::span<const std::byte>) override { return {}; }
  void visualize(std::span<const TaskRef* const>, const std::string&) override {}

 private:
  struct Sizes : EventReader {
    explicit Sizes(std::size_t tasks) : bytes(tasks) {}
    void on_event(std::uint32_t /*lane*/, const TimedEvent& timed) override {
      if (timed.event.kind == EventKind::kTaskFinished) bytes[timed.event.task] = timed.event.bytes;
    }
    std::vector<std::uint64_t> bytes;
  };

  struct NotePeak {
    LimitedRuntime& runtime;
    ~NotePeak() { runtime.peak_ = std::max(runtime.peak_, runtime.ledger().peak()); }
  };

  template <class Take>
  std::invoke_result_t<Take, TaskRunner&> run(std::span<const TaskRef* const> targets, const Take& take) {
    Expansion expansion = expand(targets);
    if (known_ != nullptr) {
      for (const std::uint64_t bytes : known_->at(runs_.size()).bytes)
        expansion.graph.result_bytes.push_back(std::max(1.0F, static_cast<float>(bytes)));
    }
    Sizes sizes(expansion.graph.size());
    RunnerOptions options;
    if (measures_) {
      options.events = std::make_shared<EventLog>();
      options.events->set_reader(&sizes);
    }
    options.threads = std::max(threads_, 1u);
    options.memory = memory_;
    options.recorder = recorder_;
    TaskRunner runner(make_plan(expansion.graph, expansion.targets, {}, result_sizes(expansion.graph, {})),
                      expansion.graph.constant_values(), options);
    runs_.emplace_back();
    work(runner);
    if (measures_) options.events->collect(kNoActivity);
    if (measures_) runs_.back() = need_of(*runner.plan(), sizes.bytes, expansion.graph.constant_values());
    const NotePeak note_peak{*this};
    return take(runner);
  }

  void work(TaskRunner& runner) {
    runner_ = &runner;
    if (threads_ == 0) {
      runner.work_in_order([] {});
    } else {
      std::vector<std::thread> others;
      for (unsigned thread = 1; thread < threads_; ++thread)
        others.emplace_back([&, thread] { runner.work(thread); });
      runner.work(0);
      for (std::thread& other : others) other.join();
    }
    runner_ = nullptr;
  }

  // A plain computation beside the one of the gate: inputs of a unit, each once, and what it makes at once.
  MeasuredRun need_of(const Plan& plan, const std::vector<std::uint64_t>& bytes,
                      const std::vector<Value*>& constants) {
    MeasuredRun run{.bytes = bytes};
    const auto of = [&](Source source) {
      if (!source.is_constant()) return bytes[plan.task[source.index()].index];
      Value* const value = constants[source.index()];
      return memory_->find(value) == nullptr ? 0 : static_cast<std::uint64_t>(value->heap_bytes());
    };
    std::uint64_t fixed = 0, asked_for = 0;
    for (const Value* value : constants)
      if (memory_->find(value) == nullptr) fixed += value->heap_bytes();
    std::set<std::uint32_t> seen;
    for (const Source target : plan.targets)
      if (seen.insert(target.code).second) asked_for += of(target);
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      std::uint64_t inputs = 0, made = 0, before = 0;
      seen.clear();
      for (std::uint32_t at = plan.unit_begin[unit]; at < plan.unit_begin[unit + 1]; ++at) {
        for (const Source source : plan.inputs_of(at)) {
          const bool is_own = !source.is_constant() && source.index() >= plan.unit_begin[unit];
          if (!is_own && seen.insert(source.code).second) inputs += of(source);
        }
        const std::uint64_t now = std::max<std::uint64_t>(1, of(Source{at}));
        made = std::max(made, before + now);
        before = now;
      }
      run.largest = std::max(run.largest, made);
      run.largest_with_inputs = std::max(run.largest_with_inputs, fixed + inputs + made);
    }
    run.need = std::max(run.largest_with_inputs, fixed + asked_for);
    return run;
  }

  const std::shared_ptr<RankMemory> memory_;
  const unsigned threads_;
  bool measures_ = false;
  const std::vector<MeasuredRun>* known_ = nullptr;
  Recorder* recorder_ = nullptr;
  std::vector<MeasuredRun> runs_;
  std::uint64_t peak_ = 0;
  std::atomic<TaskRunner*> runner_{nullptr};
};

}  // namespace bask
