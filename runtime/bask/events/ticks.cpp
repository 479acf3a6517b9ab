#include <bask/events/ticks.hpp>

#include <fstream>
#include <string>

namespace bask {

bool has_even_counter() {
#if defined(__x86_64__)
  static const bool is_even = [] {
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string name;
    return file >> name && name == "tsc";
  }();
  return is_even;
#else
  return false;
#endif
}

// Of several readings the one that took the least time: between two clocks a thread may be interrupted.
TickClock::Reading TickClock::read() const {
  constexpr int kReadings = 4;
  if (!is_counter_) return {now(), bask::steady_ns()};
  Reading best{};
  std::int64_t shortest = 0;
  for (int reading = 0; reading < kReadings; ++reading) {
    const std::int64_t before = now(), ns = bask::steady_ns(), took = now() - before;
    if (reading != 0 && took >= shortest) continue;
    shortest = took;
    best = {before + took / 2, ns};
  }
  return best;
}

TickClock::Scale TickClock::scale() const {
  Scale scale;
  scale.first_ticks_ = first_.ticks;
  scale.first_ns_ = first_.ns;
  if (!is_counter_) return scale;
  const auto [ticks, ns] = read();
  if (ticks > first_.ticks)
    scale.ns_per_tick_ = static_cast<double>(ns - first_.ns) / static_cast<double>(ticks - first_.ticks);
  return scale;
}

}  // namespace bask
