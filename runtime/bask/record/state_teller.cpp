#include <bask/record/state_teller.hpp>
#include <bask/system/without_signals.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace bask {

StateTeller::StateTeller(std::function<std::string()> state, std::vector<Listener> listeners,
                         std::chrono::milliseconds interval)
    : state_(std::move(state)), listeners_(std::move(listeners)), interval_(interval) {
  const WithoutSignals quiet;
  thread_ = std::thread([this] { run(); });
}

StateTeller::~StateTeller() {
  {
    const Held held(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StateTeller::run() {
  auto next = std::chrono::steady_clock::now();
  bool is_last = false;
  while (!is_last) {
    {
      const Held held(mutex_);
      while (!is_closing_ && changed_.wait_until(mutex_, next)) {
      }
      is_last = is_closing_;
    }
    const auto text = std::make_shared<const std::string>(state_());
    for (const Listener& listener : listeners_) listener(text, is_last);
    next = std::max(next + interval_, std::chrono::steady_clock::now());
  }
}

}  // namespace bask
