// many.hpp: how many of something a test makes: a tenth under sanitizers, which run the same code ten times
// slower.
#pragma once

#include <bask/safety/crash_report.hpp>

namespace bask {

inline constexpr bool kSanitized = !kCrashReports;  // a sanitizer has reports of its own

constexpr int many(int count) {
  return kSanitized ? count / 10 : count;
}

}  // namespace bask
