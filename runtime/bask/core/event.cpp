#include <bask/core/event.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace bask {
namespace {

struct Sinks {
  std::shared_mutex mutex;  // held for reading while sinks are called, so that none goes away under a call
  std::vector<EventSink*> sinks;
};

Sinks& all() {
  static Sinks sinks;
  return sinks;
}

}  // namespace

namespace events {

std::atomic<bool> listened{false};

void emit(const Event& event) {
  Sinks& here = all();
  const std::shared_lock lock(here.mutex);
  for (EventSink* sink : here.sinks) sink->on_event(event);
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace events

Subscription::Subscription(EventSink& sink) : sink_(&sink) {
  Sinks& here = all();
  const std::unique_lock lock(here.mutex);
  here.sinks.push_back(sink_);
  events::listened.store(true, std::memory_order_relaxed);
}

Subscription::~Subscription() {
  Sinks& here = all();
  const std::unique_lock lock(here.mutex);
  here.sinks.erase(std::find(here.sinks.begin(), here.sinks.end(), sink_));
  events::listened.store(!here.sinks.empty(), std::memory_order_relaxed);
}

}  // namespace bask
