#include <bask/system/kept_memory.hpp>

#include <cstdlib>
#include <initializer_list>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace bask {

void keep_freed_memory() {
#if defined(__GLIBC__)
  for (const char* theirs : {"GLIBC_TUNABLES", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"}) {
    if (std::getenv(theirs) != nullptr) return;
  }
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest value that malloc accepts
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace bask
