// use_trace.hpp: what tasks have read and made, in the order in which they ran; and how many bytes the best
// order of leaving (Belady) would have written for it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <vector>

// Tasks of a benchmark call begin() and end(); their numbers are those of their results. Threads: any.
class UseTrace {
 public:
  struct Task {
    std::vector<int> inputs;
    std::uint64_t bytes;  // of its result
  };
  explicit UseTrace(std::vector<Task> tasks) : tasks_(std::move(tasks)) {}

  void begin(int task) { add({task, true}); }
  void end(int task) { add({task, false}); }

  /// Replays the trace with room for `limit` bytes: when a task begins, its inputs and its result are in
  /// memory; what is read next last leaves. A result is written once, and read back as often as it must be.
  std::uint64_t belady_bytes(std::uint64_t limit) const {
    Replay replay(*this, limit);
    for (std::size_t now = 0; now < events_.size(); ++now) replay.step(now);
    return replay.written;
  }

 private:
  struct Event {
    int task;
    bool begins;
  };

  struct Replay {
    Replay(const UseTrace& of, std::uint64_t most) : trace(of), limit(most), uses(of.tasks_.size()) {
      for (std::size_t now = 0; now < trace.events_.size(); ++now) {
        if (!trace.events_[now].begins) continue;
        for (const int input : trace.tasks_[trace.events_[now].task].inputs) uses[input].insert(now);
      }
    }
    void step(std::size_t now) {
      const auto [task, begins] = trace.events_[now];
      const Task& of = trace.tasks_[task];
      for (const int input : of.inputs) {
        begins ? ++pins[input] : --pins[input];
        if (begins) uses[input].erase(now);
      }
      if (begins) {
        for (const int input : of.inputs) bring(input);
        ++pins[task];
        bring(task);
        return;
      }
      --pins[task];
      if (uses[task].empty()) leave(task);
      for (const int input : of.inputs) {
        if (uses[input].empty() && pins[input] == 0) leave(input);
      }
    }
    void bring(int result) {
      if (!here.insert(result).second) return;
      held += trace.tasks_[result].bytes;
      while (held > limit) {
        int last = -1;
        for (const int one : here) {
          if (pins[one] == 0 && (last < 0 || next_use(one) > next_use(last))) last = one;
        }
        if (last < 0) return;  // all are being used
        if (copies.insert(last).second) written += trace.tasks_[last].bytes;
        leave(last);
      }
    }
    void leave(int result) {
      if (here.erase(result) != 0) held -= trace.tasks_[result].bytes;
    }
    std::size_t next_use(int result) const {
      return uses[result].empty() ? ~std::size_t{0} : *uses[result].begin();
    }

    const UseTrace& trace;
    const std::uint64_t limit;
    std::vector<std::set<std::size_t>> uses;  // by result: the events at which it is read from now on
    std::map<int, int> pins;
    std::set<int> here, copies;
    std::uint64_t held = 0, written = 0;
  };

  void add(Event event) {
    const std::lock_guard held(mutex_);
    events_.push_back(event);
  }

  const std::vector<Task> tasks_;
  std::vector<Event> events_;
  std::mutex mutex_;
};
