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

TickClock::Scale TickClock::scale() const {
  Scale scale;
  scale.first_ticks_ = first_.ticks;
  scale.first_ns_ = first_.ns;
  if (!is_counter_) return scale;
  const std::int64_t ticks = now(), ns = bask::steady_ns();
  if (ticks > first_.ticks)
    scale.ns_per_tick_ = static_cast<double>(ns - first_.ns) / static_cast<double>(ticks - first_.ticks);
  return scale;
}

}  // namespace bask
