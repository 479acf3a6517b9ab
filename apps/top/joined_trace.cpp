#include "joined_trace.hpp"

#include "terminal_text.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/trace/part_name.hpp>
#include <bask/trace/trace_file.hpp>

#include <algorithm>
#include <system_error>
#include <vector>

namespace top {
namespace {

std::vector<bask::RankEvents> parts_beside(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::vector<bask::RankEvents> parts;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (const auto rank = bask::rank_of_event_part(entry->path(), file))
      parts.push_back({.rank = *rank, .host = {}, .part = entry->path()});
  }
  std::ranges::sort(parts, {}, &bask::RankEvents::rank);
  return parts;
}

bool is_table(const std::filesystem::path& file) {
  return file.extension() == ".h5" || file.extension() == ".hdf5";
}

}  // namespace

std::string join_trace(const std::filesystem::path& file, const std::filesystem::path& to) {
  constexpr const char* kWhere = "bask-top --join";
  std::vector<bask::RankEvents> ranks = parts_beside(file);
  const std::string name = safe_text(file.string());
  if (ranks.empty()) {
    throw bask::Error(
        kWhere, fmt::format("there is no part of a trace beside '{}', as '{}.rank-0.part'", name, name),
        "name the file that the job was given as --bask-trace or --bask-tasks; a job that ends in "
        "order has joined its parts",
        bask::ExitCode::kUsage);
  }
  for (bask::RankEvents& rank : ranks) {
    const auto host = bask::host_of_part(rank.part);
    if (!host) {
      throw bask::Error(kWhere, fmt::format("'{}' is no part of a trace", safe_text(rank.part.string())),
                        "remove it, or name the file that the job was given as --bask-trace",
                        bask::ExitCode::kUsage);
    }
    rank.host = *host;
  }
  if (is_table(to)) {
    throw bask::Error(
        kWhere,
        fmt::format("'{}' would be a table of tasks, which bask-top cannot write", safe_text(to.string())),
        "name a trace to be written instead: --to trace.json", bask::ExitCode::kUsage);
  }
  bask::write_trace_file(kWhere, to, ranks, nullptr);
  return fmt::format("'{}' has the events of {} {}; the parts stay", safe_text(to.string()), ranks.size(),
                     ranks.size() == 1 ? "rank" : "ranks");
}

}  // namespace top
