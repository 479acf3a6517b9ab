// event.hpp: what happens while tasks run, told to whoever listens.
// Runs on: every rank. Threads: any; sinks are called from the thread in which the event happened.
// Invariants: (1) when nobody listens an event costs one load of a flag; (2) a sink gets no event after
//             its Subscription has gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace bask {

enum class EventKind : std::uint8_t {
  kComputeStarted,   ///< `count` is the number of tasks
  kComputeFinished,  ///< `count` is the number of tasks that ran
  kTaskStarted,
  kTaskFinished,
  kTaskFailed,
  kTaskRetried,
  kResultStored,  ///< `count` is the bytes it holds on the heap, here and below
  kResultFreed,
  kResultMoved,    ///< from rank to rank
  kResultSpilled,  ///< from memory to disk
};

struct Event {
  EventKind kind;
  std::uint32_t thread;    ///< of this rank's pool; the calling thread is number 0 under the sync scheduler
  std::uint32_t task;      ///< its id in the graph that is computed
  std::string_view layer;  ///< the task's layer; valid during the call only
  std::int64_t time_ns;    ///< steady clock
  std::uint64_t count;
};

/// Receives events. `on_event` may be called by several threads at once and must not throw.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(const Event& event) = 0;
};

/// While it lives, its sink receives events.
class Subscription {
 public:
  explicit Subscription(EventSink& sink);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  EventSink* sink_;
};

namespace events {

extern std::atomic<bool> listened;

/// Whether anybody listens. Ask before making an Event.
inline bool wanted() {
  return listened.load(std::memory_order_relaxed);
}
/// Hands the event to every sink.
void emit(const Event& event);
std::int64_t now_ns();

}  // namespace events

}  // namespace bask
