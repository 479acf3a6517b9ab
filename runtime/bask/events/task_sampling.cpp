#include <bask/events/task_sampling.hpp>

#include <algorithm>

namespace bask {

// Their number varies, as tasks of several kinds may come in turn: Marsaglia's xorshift.
std::uint32_t TaskSampling::next_stretch() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  return 1 + random_ % kMostUntimed;
}

void TaskSampling::learn(Activity layer, std::int64_t ticks, std::uint64_t bytes) {
  const std::size_t number = layer_of(layer);
  if (number >= layers_.size()) layers_.resize(number + 1);
  Layer& of = layers_[number];
  of.largest = std::max(of.largest, bytes);
  of.is_short ? follow(of, static_cast<double>(ticks)) : judge(of, static_cast<double>(ticks));
  if (forced_ != 0) {
    --forced_;
  } else if (left_ == 0 && of.is_short && between_ < kShort_us * ticks_per_us_) {
    left_ = next_stretch();
  }
}

// One that is much too long counts with its own time, also where it is not timed, and says nothing of others.
// Two in a row do.
void TaskSampling::follow(Layer& of, double ticks) const {
  const bool is_too_long = ticks > of.mean + kLong_us * ticks_per_us_;
  if (is_too_long && !of.was_too_long) {
    of.was_too_long = true;
    return;
  }
  of.was_too_long = is_too_long;
  of.mean += (ticks - of.mean) / 16;
  of.is_short = of.mean < kShort_us * ticks_per_us_;
}

// The longest one says nothing of the others: the very first is often slow.
void TaskSampling::judge(Layer& of, double ticks) const {
  of.sum += ticks;
  of.longest = std::max(of.longest, ticks);
  if (++of.timed < kFirstTimed) return;
  of.mean = (of.sum - of.longest) / (kFirstTimed - 1);
  of.is_short = of.mean < kShort_us * ticks_per_us_;
  of.sum = of.longest = 0;
  of.timed = 0;
  of.was_too_long = false;
}

// A single delay must not pass for the usual.
void TaskSampling::learn_between(std::int64_t ticks) {
  const double most = 2 * between_ + ticks_per_us_;
  between_ += (std::min(static_cast<double>(ticks), most) - between_) / 8;
}

bool TaskSampling::is_long(double ticks, double more) const {
  const double explained = expected() + more;
  return ticks > explained + std::max(explained / 2, kLong_us * ticks_per_us_);
}

std::span<const Event> TaskSampling::close(std::int64_t begin, std::int64_t end, Excess excess) {
  const auto gap = static_cast<double>(end - begin);
  const bool is_too_long = is_long(gap);
  event_count_ = 0;
  for (std::uint32_t i = 0; i < met_count_; ++i) {
    Layer& of = layers_[layer_of(met_[i])];
    const auto ticks = static_cast<std::int64_t>(of.mean * of.untimed);
    const std::int64_t until = std::min(begin + ticks, end);
    events_[event_count_++] = {.begin = begin,
                               .end = until,
                               .bytes = of.bytes,
                               .tasks = of.untimed,
                               .activity = met_[i],
                               .kind = EventKind::kTasksUntimed};
    begin = until;
    of.untimed = 0;
    of.bytes = 0;
  }
  if (!is_too_long) {
    between_ += (std::max(gap - ticks_, 0.0) / (untimed_ + 1) - between_) / 8;
  } else if (excess == Excess::kTask) {
    add_long(begin, end);
  }
  met_count_ = untimed_ = 0;
  ticks_ = 0;
  return {events_.data(), event_count_};
}

// One of the untimed tasks has taken the time. Which one is not known; it is likely to be of the layer that
// takes most.
void TaskSampling::add_long(std::int64_t from, std::int64_t end) {
  const auto events = std::span(events_).first(event_count_);
  const auto most = std::ranges::max_element(events, {}, [](const Event& of) { return of.end - of.begin; });
  const auto other = static_cast<std::int64_t>(between_ * (untimed_ + 1));
  Event one = *most;
  one.tasks = 1;
  one.begin = from;
  one.end = std::max(from, end - other);
  if (--most->tasks == 0) {
    std::shift_left(most, events.end(), 1);
    --event_count_;
  } else {
    one.bytes = 0;
  }
  events_[event_count_++] = one;
  time_next();
}

}  // namespace bask
