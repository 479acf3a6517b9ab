#include <bask/cluster/pulse.hpp>

#include <utility>

namespace bask {

Pulse::Pulse(std::function<void()> beat) : beat_(std::move(beat)), thread_([this] { run(); }) {}

Pulse::~Pulse() {
  {
    const Held held(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Pulse::run() {
  Held held(mutex_);
  while (!closing_) {
    const auto next = std::chrono::steady_clock::now() + kInterval;
    while (!closing_ && changed_.wait_until(mutex_, next)) {
    }
    if (closing_) return;
    held.unlock();
    beat_();
    held.lock();
  }
}

}  // namespace bask
