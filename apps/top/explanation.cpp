#include "explanation.hpp"

#include "quantities.hpp"
#include "terminal_text.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace top {
namespace {

constexpr std::size_t kMostNamed = 20;

bool is_number(const std::string& what) {
  return !what.empty() && std::ranges::all_of(what, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Why no rank waits for anything that could be told; empty when the job runs.
std::string why_nothing(const StateView& state) {
  if (state.job.ended) return "the job has ended";
  if (!state.compute) return "nothing is computed yet";
  if (state.compute->state == "running") return "";
  return fmt::format("computation {} is {}", state.compute->number, state.compute->state);
}

std::string threads_text(const RankView& rank) {
  std::string text;
  for (const DoingView& doing : rank.doing) {
    text += fmt::format("{}{} {} in '{}' for {}", text.empty() ? "" : ", ", doing.threads,
                        doing.threads == 1 ? "thread" : "threads", doing.text, elapsed_text(doing.since));
  }
  return text.empty() ? "nothing is known of its threads" : text;
}

void add_rank(const StateView& state, const RankView& rank, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("rank {} on {}: {}", rank.rank, rank.host, threads_text(rank)));
  if (rank.waiting) {
    for (const std::string& line : waiting_lines(*rank.waiting)) lines.push_back("  " + line);
    return;
  }
  const std::string why = why_nothing(state);
  lines.push_back("  no task of it is known to wait" + (why.empty() ? "" : ": " + why));
}

std::vector<std::string> explained_rank(const StateView& state, const std::string& what) {
  std::size_t number = 0;
  const auto read = std::from_chars(what.data(), what.data() + what.size(), number);
  if (read.ec != std::errc() || number >= state.ranks.size()) {
    const std::size_t ranks = state.ranks.size();
    throw bask::Error("bask-top", fmt::format("there is no rank {}", what),
                      ranks == 0   ? "wait until the job has told its ranks"
                      : ranks == 1 ? "the job has rank 0 only"
                                   : fmt::format("name a rank from 0 to {}", ranks - 1),
                      bask::ExitCode::kUsage);
  }
  std::vector<std::string> lines;
  add_rank(state, state.ranks[number], lines);
  return lines;
}

std::string all_that_wait(const StateView& state) {
  std::string names;
  std::size_t count = 0;
  for (const RankView& rank : state.ranks) {
    if (!rank.waiting) continue;
    for (const bask::ExplainedTask& task : rank.waiting->tasks) {
      if (++count <= kMostNamed)
        names += fmt::format("{}'{}' (rank {})", count == 1 ? "" : ", ", task.task, rank.rank);
    }
  }
  if (count > kMostNamed) names += fmt::format(" and {} more", count - kMostNamed);
  return names;
}

std::vector<std::string> explained_task(const StateView& state, const std::string& what) {
  std::vector<std::string> lines;
  for (const RankView& rank : state.ranks) {
    if (!rank.waiting) continue;
    for (const bask::ExplainedTask& task : rank.waiting->tasks) {
      if (!task.task.starts_with(what) && !task.until.starts_with(what)) continue;
      const std::vector<std::string> of_task = waiting_lines(task, *rank.waiting);
      lines.push_back(fmt::format("rank {}: {}", rank.rank, of_task.front()));
      lines.insert(lines.end(), of_task.begin() + 1, of_task.end());
    }
  }
  if (!lines.empty()) return lines;
  const std::string names = all_that_wait(state), why = why_nothing(state);
  const std::string known = names.empty() ? (why.empty() ? "no task is known to wait" : why)
                                          : "those that wait first on their ranks are: " + names;
  return {
      fmt::format("'{}' is not among the tasks that wait: it has run, runs or could run, waits behind "
                  "others, or is not known; {}",
                  safe_text(what), known)};
}

}  // namespace

std::vector<std::string> explanation(const StateView& state, const std::string& what) {
  if (is_number(what)) return explained_rank(state, what);
  if (!what.empty()) return explained_task(state, what);
  std::vector<std::string> lines;
  for (const RankView& rank : state.ranks) add_rank(state, rank, lines);
  if (lines.empty()) lines.push_back("the job has not told its ranks yet");
  return lines;
}

}  // namespace top
