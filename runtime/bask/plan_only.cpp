#include <bask/plan_only.hpp>

#include <bask/cluster/held_drops.hpp>
#include <bask/earlier_run.hpp>
#include <bask/forecast/forecast_text.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/system/command_line.hpp>

#include <iostream>
#include <utility>

namespace bask {
namespace {

JobForecastOptions forecast_options(const Options& options, const ClientInfo& info) {
  JobForecastOptions forecast{.ranks = shapes_of(info)};
  if (options.memory_limit != 0) forecast.memory_limit = options.memory_limit;
  forecast.resources = options.resources;
  return forecast;
}

MachineSpeed speed_of(const Options& options) {
  return options.machine.empty() ? MachineSpeed{} : read_machine_speed(options.machine);
}

TaskTimes times_of(const Options& options, const MachineSpeed& speed) {
  return options.durations.empty() ? TaskTimes(speed) : times_of_earlier_run(speed, options.durations);
}

// As a shell takes it, without the options of this run.
std::string program_text() {
  std::string text;
  for (const std::string& word : command_line()) {
    if (word.starts_with("--bask-plan") || word.starts_with("--bask-durations") ||
        word.starts_with("--bask-machine"))
      continue;
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

Options without_traces(Options options) {
  options.checkpoint.clear();
  options.watch.clear();
  options.report.clear();
  options.trace.clear();
  options.tasks.clear();
  options.metrics.clear();
  options.failed_tasks.clear();
  options.dashboard = -1;
  return options;
}

std::unique_ptr<JobForecast> forecast_beside_run(const Options& options, const ClientInfo& info) {
  JobForecastOptions forecast = forecast_options(options, info);
  forecast.compares = false;
  const MachineSpeed speed = speed_of(options);
  return std::make_unique<JobForecast>(std::move(forecast), times_of(options, speed), speed);
}

PlanOnly::PlanOnly(const Options& options, const ClientInfo& info)
    : PlanOnly(options, info, speed_of(options)) {}

PlanOnly::PlanOnly(const Options& options, const ClientInfo& info, const MachineSpeed& speed)
    : forecast_(forecast_options(options, info), times_of(options, speed), speed),
      drops_(std::make_shared<HeldDrops>(1)) {}

void PlanOnly::begin() {
  begun_ = std::chrono::steady_clock::now();
  const auto dropped = drops_->take();
  for (const std::uint64_t held : dropped[0]) forecast_.drop(held);
}

Computed PlanOnly::compute(const ComputeSetting& setting, Expansion& expansion, const Plan& plan,
                           const ResultSizes& sizes, bool hold) {
  const std::chrono::nanoseconds planning = std::chrono::steady_clock::now() - begun_;
  const ComputeForecast forecast = forecast_.compute(expansion, plan, sizes, hold, planning.count());
  std::cout << forecast_text(forecast, forecast_.computations(), forecast_.times().source()) << std::flush;
  setting.statistics = {.tasks = forecast.run.tasks,
                        .results_forecast = forecast.run.results_moved,
                        .bytes_forecast = forecast.run.bytes_moved,
                        .memory = forecast.run.memory};
  return {.results = {.values = {}, .targets = {}, .are_unknown = true}, .places = forecast_.where()};
}

void PlanOnly::finish() const {
  if (forecast_.computations() != 0) std::cout << total_text(forecast_, program_text()) << std::flush;
}

}  // namespace bask
