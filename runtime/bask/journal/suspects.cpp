#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bask/graph/kernel.hpp>
#include <bask/journal/suspects.hpp>
#include <bask/safety/running_file.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>

namespace bask {
namespace {

constexpr std::string_view kRunningPrefix = "running-";
constexpr std::size_t kMostFiles = 100'000;  // of one attempt: one for each rank

struct FileName {
  std::uint32_t attempt;
  std::uint32_t rank;
};

std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<FileName> parse_name(std::string_view name) {
  if (!name.starts_with(kRunningPrefix)) return std::nullopt;
  name.remove_prefix(kRunningPrefix.size());
  const std::optional<std::uint32_t> attempt = take_number(name);
  if (!attempt || !name.starts_with('-')) return std::nullopt;
  name.remove_prefix(1);
  const std::optional<std::uint32_t> rank = take_number(name);
  if (!rank || !name.empty()) return std::nullopt;
  return FileName{*attempt, *rank};
}

using RanksByAttempt = std::map<std::uint32_t, std::vector<std::uint32_t>, std::greater<>>;

// The files of attempts before `attempt`, the latest attempt first.
RanksByAttempt find_files(const std::filesystem::path& directory, std::uint32_t attempt) {
  RanksByAttempt found;
  std::error_code failure;
  std::filesystem::directory_iterator entry(directory, failure), end;
  for (; !failure && entry != end; entry.increment(failure)) {
    const std::optional<FileName> name = parse_name(entry->path().filename().string());
    if (!name || name->attempt >= attempt) continue;
    auto& ranks = found[name->attempt];
    if (ranks.size() < kMostFiles) ranks.push_back(name->rank);
  }
  return found;
}

using NamesByKey = std::map<Key, std::string>;

// The tasks that were running at one crash.
struct Crash {
  NamesByKey running;
  NamesByKey crashed;  // those in whose thread the process crashed, where it could tell
};

std::string name_of(const TaskAtCrash& task, const RunningFileOwner& owner) {
  const KernelRegistry& kernels = KernelRegistry::instance();
  const bool known = owner.registry == kernels.hash() && task.kernel < kernels.size();
  return short_name(known ? kernels[KernelId{task.kernel}].name : "task", task.key);
}

Crash read_crash(const std::filesystem::path& directory, std::uint32_t attempt,
                 const std::vector<std::uint32_t>& ranks) {
  Crash crash;
  for (const std::uint32_t rank : ranks) {
    const auto content = RunningFile::read(running_file_of(directory, attempt, rank));
    if (!content || content->owner.attempt != attempt || content->owner.rank != rank) continue;
    for (const TaskAtCrash& task : content->tasks) {
      crash.running.emplace(task.key, name_of(task, content->owner));
      if (task.signal != 0) crash.crashed.emplace(task.key, name_of(task, content->owner));
    }
  }
  return crash;
}

std::vector<Suspect> in_all(const std::vector<Crash>& crashes, NamesByKey Crash::*tasks) {
  std::vector<Suspect> suspects;
  for (const auto& [key, name] : crashes.front().*tasks) {
    const bool always = std::all_of(crashes.begin(), crashes.end(), [&, &wanted = key](const Crash& crash) {
      return (crash.*tasks).contains(wanted);
    });
    if (always) suspects.push_back({key, name});
  }
  std::sort(suspects.begin(), suspects.end(),
            [](const Suspect& a, const Suspect& b) { return a.name < b.name; });
  return suspects;
}

}  // namespace

std::filesystem::path running_file_of(const std::filesystem::path& directory, std::uint32_t attempt,
                                      std::uint32_t rank) {
  return directory / fmt::format("{}{}-{}", kRunningPrefix, attempt, rank);
}

CrashEvidence find_suspects(const std::filesystem::path& directory, std::uint32_t attempt) {
  CrashEvidence evidence;
  std::vector<Crash> crashes;
  for (const auto& [crashed, ranks] : find_files(directory, attempt)) {
    if (crashes.size() == kCrashesOfSuspect) break;
    evidence.crashes.insert(evidence.crashes.begin(), crashed);
    crashes.push_back(read_crash(directory, crashed, ranks));
  }
  if (crashes.size() < kCrashesOfSuspect) return evidence;
  evidence.suspects = in_all(crashes, &Crash::crashed);
  if (evidence.suspects.empty()) evidence.suspects = in_all(crashes, &Crash::running);
  return evidence;
}

std::string suspects_text(const CrashEvidence& evidence) {
  constexpr std::size_t kMostNamed = 8;
  std::string text;
  const std::size_t named = std::min(evidence.suspects.size(), kMostNamed);
  for (std::size_t i = 0; i < named; ++i) {
    text += fmt::format(
        "task '{}' was running at each of the last {} crashes (attempts {}): it is suspect; "
        "--bask-isolate=suspects runs it in a process of its own\n",
        evidence.suspects[i].name, evidence.crashes.size(), fmt::join(evidence.crashes, ", "));
  }
  if (evidence.suspects.size() > named) {
    text += fmt::format("so were {} more tasks\n", evidence.suspects.size() - named);
  }
  if (!text.empty()) text.pop_back();
  return text;
}

void prune_running_files(const std::filesystem::path& directory, std::uint32_t attempt) {
  std::size_t kept = 0;
  for (const auto& [crashed, ranks] : find_files(directory, attempt)) {
    if (kept++ < kCrashesOfSuspect) continue;
    for (const std::uint32_t rank : ranks) {
      std::error_code failure;
      std::filesystem::remove(running_file_of(directory, crashed, rank), failure);
    }
  }
}

void remove_running_files(const std::filesystem::path& directory) {
  for (const auto& [attempt, ranks] : find_files(directory, kNoIndex)) {
    for (const std::uint32_t rank : ranks) {
      std::error_code failure;
      std::filesystem::remove(running_file_of(directory, attempt, rank), failure);
    }
  }
}

}  // namespace bask
