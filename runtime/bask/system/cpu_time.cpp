#include <bask/system/cpu_time.hpp>

#include <pthread.h>
#include <ctime>

namespace bask {
namespace {

std::int64_t read_clock_ns(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return 0;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

CpuClock cpu_clock_of_this_thread() {
  clockid_t clock = kNoCpuClock;
  return pthread_getcpuclockid(pthread_self(), &clock) == 0 ? clock : kNoCpuClock;
}

std::int64_t cpu_time_ns(CpuClock thread) {
  return thread == kNoCpuClock ? 0 : read_clock_ns(thread);
}

std::int64_t process_cpu_time_ns() {
  return read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace bask
