// forecast_text.hpp: forecasts as people read them in a terminal.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/forecast/job_forecast.hpp>

#include <cstdint>
#include <string>

namespace bask {

/// Of computation number `number`, counted from 1. Whole lines.
std::string forecast_text(const ComputeForecast& forecast, std::uint32_t number, const std::string& source);

/// Of the whole program: its sum, the times on other numbers of ranks and threads, and the command that
/// submits it to the smallest of those on which it is fast. `program`: with its arguments, for a shell.
std::string total_text(const JobForecast& forecast, const std::string& program);

}  // namespace bask
