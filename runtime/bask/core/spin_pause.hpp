// spin_pause.hpp: tells the core that this thread only waits, so that the core's other hardware thread gets
// more of it.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

inline void spin_pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

}  // namespace bask
