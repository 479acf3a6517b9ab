#include <bask/execution/remaker.hpp>

#include <utility>

namespace bask {

Remaker::Remaker(unsigned threads) {
  for (unsigned thread = 0; thread < threads; ++thread) threads_.emplace_back([this] { work(); });
}

Remaker::~Remaker() {
  {
    const Held held(mutex_);
    ends_ = true;
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Remaker::run(std::function<void()> make) {
  {
    const Held held(mutex_);
    calls_.push_back(std::move(make));
  }
  has_work_.notify_one();
}

void Remaker::work() {
  while (true) {
    std::function<void()> make;
    {
      const Held held(mutex_);
      while (calls_.empty() && !ends_) has_work_.wait(mutex_);
      if (calls_.empty()) return;
      make = std::move(calls_.front());
      calls_.pop_front();
    }
    make();
  }
}

}  // namespace bask
