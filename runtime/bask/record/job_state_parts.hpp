// job_state_parts.hpp: the parts of a state that come from ranks, as JSON; and how numbers are written there.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/record/job_record.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <optional>

namespace bask {

using Json = nlohmann::json;

/// Seconds, to the microsecond.
inline double seconds(std::int64_t ns) {
  return std::round(static_cast<double>(ns) / 1e3) / 1e6;
}
/// To four digits after the point.
inline double short_share(double share) {
  return std::round(share * 1e4) / 1e4;
}
template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
inline Json seconds_or_null(const std::optional<std::int64_t>& ns) {
  return ns ? Json(seconds(*ns)) : Json(nullptr);
}

// See job_state_format.md for each.
Json timeline_of(const JobKnowledge& known);
Json now_of(const JobKnowledge& known);
Json memory_of(const JobKnowledge& known);
Json moved_of(const JobKnowledge& known);
Json counts_of(const JobKnowledge& known);

}  // namespace bask
