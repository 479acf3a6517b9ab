// task_sampling.hpp: which tasks of a thread are timed, as reading the clock twice costs as much as the
// runtime spends on a short task; and what the others add up to, until the clock is read next. Runs on: every
// rank. Threads: the thread that runs the tasks. Invariants: (1) every untimed task is in the events of one
// close(), with its bytes; (2) these events lie
//             between the two readings; (3) a task is untimed only where its layer's tasks are short.
#pragma once

#include <bask/events/event.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bask {

class TaskSampling {
 public:
  static constexpr std::uint32_t kMostUntimed = 32;  ///< between two readings of the clock
  static constexpr std::uint32_t kFirstTimed = 16;   ///< tasks of a layer, always
  static constexpr std::uint32_t kTimedAfter = 32;   ///< tasks after one that has failed or was much too long
  static constexpr double kShort_us = 4;             ///< the mean of tasks that are timed now and then only
  static constexpr double kLong_us = 20;             ///< more than untimed tasks explain, at least

  explicit TaskSampling(std::uint32_t seed) : random_(seed * 2654435761u + 1) {}

  /// All tasks are timed before this is called.
  void set_scale(double ticks_per_us) { ticks_per_us_ = ticks_per_us; }
  /// Whether the next task is to be timed, which is of this layer.
  bool times_next(Activity layer) const {
    const std::size_t number = layer_of(layer);
    return left_ == 0 || number >= layers_.size() || !layers_[number].is_short;
  }

  /// An untimed task has ended.
  void add(Activity layer, std::uint64_t bytes) {
    Layer& of = layers_[layer_of(layer)];
    if (of.untimed++ == 0) met_[met_count_++] = layer;
    of.bytes += bytes;
    ticks_ += of.mean;
    ++untimed_;
    --left_;
  }
  /// Whether the layer has had no result as large as this one: its task is to be told of by itself.
  bool is_largest(Activity layer, std::uint64_t bytes) const {
    return bytes > layers_[layer_of(layer)].largest;
  }
  /// A task whose time is known has ended.
  void learn(Activity layer, std::int64_t ticks, std::uint64_t bytes);
  /// The thread took so long from one timed task to the next, without a task between.
  void learn_between(std::int64_t ticks);
  /// Has the next task timed.
  void time_one() { left_ = 0; }
  /// Has the next kTimedAfter timed.
  void time_next() {
    left_ = 0;
    forced_ = kTimedAfter;
  }

  bool has_untimed() const { return untimed_ != 0; }
  /// What the untimed tasks are likely to have taken until the next one begins, the runtime's part included.
  double expected() const { return ticks_ + between_ * (untimed_ + 1); }
  double mean(Activity layer) const { return layers_[layer_of(layer)].mean; }
  /// Whether this is much more than the untimed tasks explain, and a task of this layer that has run, too.
  bool is_long(double ticks, double more = 0) const;

  /// Who took the time when the time between two readings is much too long.
  enum class Excess { kTask, kRuntime };
  /// The events of the untimed tasks, which ran between two readings of the clock. They are valid until the
  /// next call.
  std::span<const Event> close(std::int64_t begin, std::int64_t end, Excess excess = Excess::kTask);

 private:
  struct Layer {
    double mean = 0;  // of the timed tasks, in ticks
    std::uint64_t largest = 0;
    bool is_short = false;
    bool was_too_long = false;  // the last timed one
    // Of those that are timed until the layer is known to be short.
    std::uint32_t timed = 0;
    double sum = 0, longest = 0;
    // Since the last close().
    std::uint32_t untimed = 0;
    std::uint64_t bytes = 0;
  };
  void follow(Layer& of, double ticks) const;
  void judge(Layer& of, double ticks) const;
  void add_long(std::int64_t from, std::int64_t end);
  std::uint32_t next_stretch();

  std::uint32_t left_ = 0;     // tasks until one is timed; 0: all are
  std::uint32_t untimed_ = 0;  // since the last close()
  double ticks_ = 0;           // what they took, by the means
  double between_ = 0;         // mean time from one task to the next
  double ticks_per_us_ = 0;    // 0: not known
  std::uint32_t forced_ = 0;   // tasks to be timed, whatever they are
  std::uint32_t random_;
  std::uint32_t met_count_ = 0;
  std::array<Activity, kMostUntimed> met_{};  // layers of the untimed tasks
  std::vector<Layer> layers_;
  std::array<Event, kMostUntimed + 1> events_;
  std::size_t event_count_ = 0;
};

}  // namespace bask
