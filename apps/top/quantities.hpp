// quantities.hpp: numbers, times and sizes as texts, and as bars.
// Runs on: a login node. Threads: any; pure functions of any finite numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace top {

std::string time_text(double seconds);           ///< "350 µs", "4.01 s", "1:30:00"
std::string elapsed_text(double seconds);        ///< of a clock that runs: "42 s", "1:30:00"
std::string left_text(double seconds);           ///< no more exact than an estimate can be: "about 38 s left"
std::string size_text(double bytes);             ///< "1.5 MiB"
std::string rate_text(double bytes_per_second);  ///< "1.5 MiB/s"; "-" for none
/// From 0 to 100; 100 is only for all, and 0 only for none.
std::string percent_text(double share);

/// "[####....]", `columns` wide with its brackets.
std::string bar_text(double share, std::size_t columns);
/// A column for each value from 0 to 1: "▁▄█"; a blank for 0.
std::string spark_text(std::span<const double> values);
/// Shares out `columns` by the values, whose sum may be any; the result's sum is `columns`, or 0 when all are
/// 0.
std::vector<std::size_t> stacked_columns(std::span<const double> values, std::size_t columns);

}  // namespace top
