// units.hpp: sizes and times as people write them, read and printed: 4GiB, 90s, 1:30:00.
// Runs on: every rank. Threads: any.
// Invariants: (1) a number without a unit is refused, never guessed; (2) what `spell_*` prints is read
//             back exactly; (3) what `format_*` prints has about three figures and is for people only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace bask {

/// Reads a size: a number, whole or with a fraction, and one of the units B, KiB, MiB, GiB, TiB.
/// Throws: Error (kUsage, without `where`) for anything else, with the spelling that was likely meant.
///
///     parse_size("1.5GiB") == 1'610'612'736
std::uint64_t parse_size(std::string_view text);

/// A size for a message: "4 GiB", "1.5 MiB", "512 B".
std::string format_size(std::uint64_t size_bytes);

/// A size exactly, in the largest unit that divides it: "4GiB", "1536MiB".
std::string spell_size(std::uint64_t size_bytes);

/// Reads a time: a number and one of the units ns, us, ms, s, m (or min), h, d; or a clock as Slurm writes
/// it: minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds.
/// Throws: Error (kUsage, without `where`) for anything else, with advice. Limitation: at most 292 years.
///
///     parse_duration("1-12:00:00") == std::chrono::hours(36)
std::chrono::nanoseconds parse_duration(std::string_view text);

/// A time for a message: "85 ns", "350 µs", "4.01 s"; from a minute on a clock: "30:00", "1:30:00",
/// "1-12:00:00".
std::string format_duration(std::chrono::nanoseconds duration);

/// A time exactly, in the largest unit that divides it: "1s", "1500ms", "90min". It must not be negative.
std::string spell_duration(std::chrono::nanoseconds duration);

/// Sizes in a program: `2_GiB`, with `using namespace bask` or `using namespace bask::literals`.
inline namespace literals {
constexpr std::uint64_t operator""_KiB(unsigned long long number) {
  return number << 10;
}
constexpr std::uint64_t operator""_MiB(unsigned long long number) {
  return number << 20;
}
constexpr std::uint64_t operator""_GiB(unsigned long long number) {
  return number << 30;
}
constexpr std::uint64_t operator""_TiB(unsigned long long number) {
  return number << 40;
}
}  // namespace literals

}  // namespace bask
