// many.hpp: how many of something a test makes: a tenth under sanitizers, which run the same code ten times
// slower.
#pragma once

namespace bask {

constexpr int many(int count) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return count / 10;
#else
  return count;
#endif
}

}  // namespace bask
