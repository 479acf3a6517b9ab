#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/units.hpp>
#include <bask/launch/slurm_job.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace bask {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string printable_beginning(std::string_view text) {
  std::string shown(trimmed(text.substr(0, 60)));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

constexpr const char* kSoWhat =
    "the time limit is not known: send SIGUSR1 before it, as by #SBATCH --signal=USR1@120, for a stop in "
    "order";

void ask_squeue(SlurmJob& job, const Environment& environment, const RunCommand& run) {
  const auto now = std::chrono::system_clock::now();
  const CommandResult said =
      run({"squeue", "-h", "-j", job.id, "-o", "%A %L"}, command_environment(environment), kSlurmPatience);
  if (!said.succeeded) {
    job.warning = fmt::format("Slurm job {}: squeue {}; {}", job.id, said.problem, kSoWhat);
    return;
  }
  const SlurmTimeLeft time = find_slurm_time_left(said.output, job.id);
  if (time.kind == SlurmTimeLeft::Kind::kKnown) job.end = now + time.left;
  if (time.kind != SlurmTimeLeft::Kind::kUnknown) return;
  job.warning = fmt::format("Slurm job {}: squeue's answer '{}' does not tell the time left; {}", job.id,
                            printable_beginning(said.output), kSoWhat);
}

}  // namespace

SlurmTimeLeft parse_slurm_time_left(std::string_view text) {
  text = trimmed(text);
  if (text == "UNLIMITED") return {SlurmTimeLeft::Kind::kUnlimited};
  // Slurm's clocks have a colon; parse_duration would take 90s and 1-02 as well.
  if (text.find_first_not_of("0123456789:-") != text.npos || text.find(':') == text.npos) return {};
  try {
    return {SlurmTimeLeft::Kind::kKnown,
            std::chrono::duration_cast<std::chrono::seconds>(parse_duration(text))};
  } catch (const Error&) {
    return {};
  }
}

SlurmTimeLeft find_slurm_time_left(std::string_view lines, std::string_view id) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const std::string_view line = trimmed(lines.substr(0, end + 1));
    lines.remove_prefix(end + 1);
    const std::size_t space = line.find(' ');
    if (space != line.npos && line.substr(0, space) == id) return parse_slurm_time_left(line.substr(space));
  }
  return {};
}

std::optional<std::chrono::system_clock::time_point> parse_slurm_end_time(
    std::string_view text, std::chrono::system_clock::time_point now) {
  constexpr std::int64_t kLatest = std::int64_t{1} << 33;  // the year 2242; the clock counts to 2262
  const std::optional<std::int64_t> seconds = whole_number(text);
  if (!seconds || *seconds > kLatest) return std::nullopt;
  const std::chrono::system_clock::time_point end{std::chrono::seconds(*seconds)};
  if (end <= now) return std::nullopt;
  return end;
}

std::optional<SlurmJob> slurm_job(const Environment& environment, const RunCommand& run) {
  SlurmJob job{.id = std::string(value_of(environment, "SLURM_JOB_ID"))};
  if (!whole_number(job.id)) return std::nullopt;
  const std::int64_t restarts = whole_number(value_of(environment, "SLURM_RESTART_COUNT")).value_or(0);
  job.restarts = static_cast<unsigned>(std::min(restarts, std::int64_t{1'000'000}));
  job.end =
      parse_slurm_end_time(value_of(environment, "SLURM_JOB_END_TIME"), std::chrono::system_clock::now());
  if (!job.end) ask_squeue(job, environment, run);
  return job;
}

}  // namespace bask
