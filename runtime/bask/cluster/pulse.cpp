#include <bask/cluster/pulse.hpp>

#include <utility>

namespace bask {

Pulse::Pulse(std::function<void()> beat) : beat_(std::move(beat)), thread_([this] { run(); }) {}

Pulse::~Pulse() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Pulse::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kInterval, [&] { return closing_; })) {
    lock.unlock();
    beat_();
    lock.lock();
  }
}

}  // namespace bask
