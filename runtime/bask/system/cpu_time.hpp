// cpu_time.hpp: the CPU time that a thread, or the whole process, has used.
// Runs on: every rank. Threads: any.
#pragma once

#include <cstdint>

namespace bask {

/// Names a thread, for others to ask for its CPU time.
using CpuClock = int;
inline constexpr CpuClock kNoCpuClock = 0;

CpuClock cpu_clock_of_this_thread();
/// In nanoseconds; 0 for kNoCpuClock, and when the thread has ended.
std::int64_t cpu_time_ns(CpuClock thread);
std::int64_t process_cpu_time_ns();

}  // namespace bask
