// group_measure.hpp: what the tasks of one group have cost in a run.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <cstdint>
#include <tuple>

namespace bask {

struct GroupMeasure {
  std::uint64_t results = 0;  ///< how many results hold memory
  std::uint64_t bytes = 0;    ///< of these results, as they count for the memory limit
  std::uint64_t units = 0;    ///< how many units end with a task of the group and were timed
  std::uint64_t ns = 0;       ///< that these units have taken

  auto members() { return std::tie(results, bytes, units, ns); }
  GroupMeasure& operator+=(const GroupMeasure& other) {
    results += other.results;
    bytes += other.bytes;
    units += other.units;
    ns += other.ns;
    return *this;
  }
  friend bool operator==(const GroupMeasure&, const GroupMeasure&) = default;
};

}  // namespace bask
