#include <bask/core/error.hpp>
#include <bask/core/units.hpp>
#include <bask/launch/rank_map.hpp>
#include <bask/launch/rank_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace bask {
namespace {

// With more ranks than this, a core for rank 0 alone costs little, and rank 0 has much to do.
constexpr std::size_t kManyRanks = 8;
constexpr std::size_t kMostLines = 16;

// Ranks of one host whose masks overlap, directly or through others.
struct Sharing {
  std::vector<std::size_t> ranks;  // ascending
  std::set<unsigned> cpus;
};

bool overlap(const std::set<unsigned>& some, const std::vector<unsigned>& others) {
  return std::ranges::any_of(others, [&](unsigned cpu) { return some.contains(cpu); });
}

std::map<std::string, std::vector<std::size_t>> by_host(const std::vector<RankInfo>& infos) {
  std::map<std::string, std::vector<std::size_t>> hosts;
  for (std::size_t rank = 0; rank < infos.size(); ++rank) hosts[infos[rank].host].push_back(rank);
  return hosts;
}

std::vector<Sharing> find_sharings(const std::vector<RankInfo>& infos) {
  std::vector<Sharing> all;
  for (const auto& [host, ranks] : by_host(infos)) {
    std::vector<Sharing> here;
    for (const std::size_t rank : ranks) {
      Sharing joined{{rank}, {infos[rank].cpus.begin(), infos[rank].cpus.end()}};
      std::erase_if(here, [&](Sharing& earlier) {
        if (!overlap(earlier.cpus, infos[rank].cpus)) return false;
        joined.ranks.insert(joined.ranks.end(), earlier.ranks.begin(), earlier.ranks.end());
        joined.cpus.merge(earlier.cpus);
        return true;
      });
      std::ranges::sort(joined.ranks);
      here.push_back(std::move(joined));
    }
    all.insert(all.end(), here.begin(), here.end());
  }
  return all;
}

bool rank0_works(const std::vector<Sharing>& sharings, std::size_t ranks, Rank0 rank0) {
  if (ranks == 1) {
    if (rank0 != Rank0::kOff) return true;
    throw Error("rank0", "off leaves nobody to run tasks, as there is one rank only",
                "start more ranks (mpirun -n 2), or say --bask-rank0=auto", ExitCode::kUsage);
  }
  if (rank0 != Rank0::kAuto) return rank0 == Rank0::kOn;
  const auto own =
      std::ranges::find_if(sharings, [](const Sharing& sharing) { return sharing.ranks[0] == 0; });
  if (own->ranks.size() > own->cpus.size()) return false;
  return own->cpus.size() / own->ranks.size() > 1 || ranks <= kManyRanks;
}

// Gives each thread of the ranks that share cores a core of its own, if there are enough.
void assign_cores(const std::vector<RankInfo>& infos, const Sharing& sharing,
                  std::vector<RankShare>& shares) {
  if (sharing.ranks.size() == 1 || shares[sharing.ranks[0]].oversubscribed) return;
  std::set<unsigned> free = sharing.cpus;
  for (const std::size_t rank : sharing.ranks) {
    for (const unsigned cpu : infos[rank].cpus) {
      if (shares[rank].cpus.size() == static_cast<std::size_t>(shares[rank].threads)) break;
      if (free.erase(cpu) != 0) shares[rank].cpus.push_back(cpu);
    }
    if (shares[rank].cpus.size() == static_cast<std::size_t>(shares[rank].threads)) continue;
    for (const std::size_t other : sharing.ranks) shares[other].cpus.clear();  // masks overlap only in part
    return;
  }
}

// Sets the threads and cores of the ranks that share cores.
void divide_cores(const std::vector<RankInfo>& infos, const Sharing& sharing, bool with_rank0,
                  std::vector<RankShare>& shares, std::vector<int>& core_share) {
  std::vector<std::size_t> working = sharing.ranks;
  if (!with_rank0 && working[0] == 0) working.erase(working.begin());
  int threads = 0;
  for (std::size_t i = 0; i < working.size(); ++i) {
    const RankInfo& info = infos[working[i]];
    const std::size_t cores = sharing.cpus.size(), left = cores % working.size();
    const std::size_t share = cores / working.size() + (i + left >= working.size() ? 1 : 0);
    core_share[working[i]] = static_cast<int>(std::max<std::size_t>(1, std::min(share, info.cpus.size())));
    shares[working[i]].threads = info.wanted_threads > 0 ? info.wanted_threads : core_share[working[i]];
    threads += shares[working[i]].threads;
  }
  for (const std::size_t rank : sharing.ranks) {
    shares[rank].cores = static_cast<int>(std::max<std::size_t>(1, sharing.cpus.size()));
    shares[rank].ranks_sharing_cores = static_cast<int>(sharing.ranks.size());
    shares[rank].oversubscribed = threads > shares[rank].cores;
    if (rank == 0 && !with_rank0) shares[rank].threads = 0;
  }
  assign_cores(infos, sharing, shares);
}

std::vector<std::string> hosts_of(const std::vector<RankInfo>& infos, const std::vector<int>& ranks) {
  std::vector<std::string> hosts;
  std::set<std::string> seen;
  for (const int rank : ranks) {
    const std::string& host = infos[static_cast<std::size_t>(rank)].host;
    if (seen.insert(host).second) hosts.push_back(host);
  }
  return hosts;
}

// Sets the memory of all ranks. Returns what is to be said about it, each text once.
std::vector<std::string> divide_memory(const std::vector<RankInfo>& infos, std::vector<RankShare>& shares) {
  std::map<std::string, std::vector<int>> texts;
  for (const auto& [host, ranks] : by_host(infos)) {
    std::vector<MemoryFacts> facts;
    std::vector<int> threads;
    for (const std::size_t rank : ranks) {
      facts.push_back(infos[rank].memory);
      threads.push_back(shares[rank].threads);
    }
    const std::vector<MemoryShare> divided = share_memory(facts, threads);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      shares[ranks[i]].memory_limit = divided[i].limit;
      shares[ranks[i]].memory_margin = divided[i].margin;
      if (!divided[i].warning.empty()) texts[divided[i].warning].push_back(infos[ranks[i]].rank);
    }
  }
  std::vector<std::string> warnings;
  for (auto& [text, ranks] : texts) {
    std::ranges::sort(ranks);
    warnings.push_back(
        fmt::format("{} ({}): {}", ranks_text(ranks), hosts_text(hosts_of(infos, ranks)), text));
  }
  return warnings;
}

struct Excess {
  int threads, cores;
  unsigned machine_cores;
  bool is_bound;  // to fewer cores than the machine has
  auto operator<=>(const Excess&) const = default;
};

std::vector<std::string> thread_warnings(const std::vector<RankInfo>& infos,
                                         const std::vector<RankShare>& shares,
                                         const std::vector<int>& core_share) {
  std::map<Excess, std::vector<int>> excesses;
  for (std::size_t rank = 0; rank < infos.size(); ++rank) {
    const RankInfo& info = infos[rank];
    const int threads = shares[rank].threads, cores = core_share[rank];
    const bool is_bound = info.cpus.size() < info.machine_cores;
    if (threads > cores) excesses[{threads, cores, info.machine_cores, is_bound}].push_back(info.rank);
  }
  std::vector<std::string> warnings;
  for (const auto& [excess, ranks] : excesses) {
    const std::string cores =
        excess.is_bound ? fmt::format("bound to {} of the {} cores there", excess.cores, excess.machine_cores)
                        : fmt::format("on {}", count_text(excess.cores, "core"));
    const std::string fix =
        excess.is_bound ? fmt::format(
                              "start with mpirun --bind-to none, mpirun --map-by slot:PE={0} or srun "
                              "--cpus-per-task={0}",
                              excess.threads)
                        : fmt::format("start fewer ranks a host, or say --bask-threads={}", excess.cores);
    warnings.push_back(fmt::format("{} ({}): {}{} {}; {}", ranks_text(ranks),
                                   hosts_text(hosts_of(infos, ranks)), count_text(excess.threads, "thread"),
                                   ranks.size() == 1 ? "" : " each", cores, fix));
  }
  return warnings;
}

std::map<std::string, std::vector<int>> by_blas(const std::vector<RankInfo>& infos) {
  std::map<std::string, std::vector<int>> ranks;
  for (const RankInfo& info : infos) ranks[info.blas].push_back(info.rank);
  return ranks;
}

// None when all ranks have the same BLAS.
std::vector<std::string> blas_warnings(const std::vector<RankInfo>& infos) {
  const auto libraries = by_blas(infos);
  if (libraries.size() < 2) return {};
  std::string who;
  for (const auto& [name, ranks] : libraries) {
    who += fmt::format("{}{} ({}) by {}", who.empty() ? "" : ", ", ranks_text(ranks),
                       hosts_text(hosts_of(infos, ranks)), name);
  }
  return {fmt::format(
      "matrices are multiplied on {}: the last bits of a product depend on the rank that makes it; "
      "run on hosts of one kind, or with OpenBLAS set OPENBLAS_CORETYPE to the same on all",
      who)};
}

// What the ranks of one kind on one host have in common; hosts that are alike share a line.
struct Kind {
  std::size_t ranks;
  int threads, cores, ranks_sharing_cores;
  unsigned machine_cores;
  std::uint64_t memory_limit, memory_margin;
  auto operator<=>(const Kind&) const = default;
};

std::string kind_text(const Kind& kind, bool on_several_hosts) {
  const bool several = kind.ranks > 1;
  const bool each_its_own = kind.ranks_sharing_cores == 1 && (several || on_several_hosts);
  std::string text = several ? fmt::format("{} x ", kind.ranks) : "";
  text += kind.threads == 0 ? "no tasks" : count_text(kind.threads, "thread");
  text += kind.cores < static_cast<int>(kind.machine_cores)
              ? fmt::format(" on {} of {} cores", kind.cores, kind.machine_cores)
              : fmt::format(" on {}", count_text(kind.cores, "core"));
  return fmt::format("{}{}, {}{}, and {} for the program", text, each_its_own ? " each" : "",
                     format_size(kind.memory_limit), several || on_several_hosts ? " each" : "",
                     format_size(kind.memory_margin));
}

struct Line {
  Kind kind;
  std::vector<int> ranks;
};

// Sorted by first rank.
std::vector<Line> lines_of(const std::vector<RankInfo>& infos, const RankMap& map) {
  std::map<Kind, std::vector<int>> alike;
  for (const auto& [host, ranks] : by_host(infos)) {
    std::map<Kind, std::vector<int>> here;
    for (const std::size_t rank : ranks) {
      const RankShare& share = map.shares[rank];
      here[{0, share.threads, share.cores, share.ranks_sharing_cores, infos[rank].machine_cores,
            share.memory_limit, share.memory_margin}]
          .push_back(static_cast<int>(rank));
    }
    for (const auto& [kind, members] : here) {
      Kind counted = kind;
      counted.ranks = members.size();
      std::vector<int>& all = alike[counted];
      all.insert(all.end(), members.begin(), members.end());
    }
  }
  std::vector<Line> lines;
  for (auto& [kind, ranks] : alike) {
    std::ranges::sort(ranks);
    lines.push_back({kind, std::move(ranks)});
  }
  std::ranges::sort(lines, {}, [](const Line& line) { return line.ranks[0]; });
  return lines;
}

}  // namespace

RankMap make_rank_map(const std::vector<RankInfo>& infos, Rank0 rank0) {
  RankMap map;
  map.shares.resize(infos.size());
  std::vector<int> core_share(infos.size());
  const std::vector<Sharing> sharings = find_sharings(infos);
  const bool with_rank0 = rank0_works(sharings, infos.size(), rank0);
  for (const Sharing& sharing : sharings) divide_cores(infos, sharing, with_rank0, map.shares, core_share);
  map.warnings = thread_warnings(infos, map.shares, core_share);
  for (std::string& warning : divide_memory(infos, map.shares)) map.warnings.push_back(std::move(warning));
  for (std::string& warning : blas_warnings(infos)) map.warnings.push_back(std::move(warning));
  return map;
}

int common_vector_loops(const std::vector<RankInfo>& infos) {
  return std::ranges::min(infos, {}, &RankInfo::vector_loops).vector_loops;
}

std::string blas_of_job(const std::vector<RankInfo>& infos) {
  std::string names;
  for (const auto& [name, ranks] : by_blas(infos)) names += (names.empty() ? "" : ", ") + name;
  return names;
}

void check_all_can_start(const std::vector<RankInfo>& infos) {
  const auto first = std::ranges::find_if(infos, [](const RankInfo& info) { return !info.error.empty(); });
  if (first == infos.end()) return;
  const bool all =
      std::ranges::all_of(infos, [&](const RankInfo& info) { return info.error == first->error; });
  throw Error(all ? "" : fmt::format("rank {} ({})", first->rank, first->host), first->error, "",
              ExitCode::kUsage);
}

void check_same_binary(const std::vector<RankInfo>& infos) {
  std::vector<int> others;
  const RankInfo* other_version = nullptr;
  for (const RankInfo& info : infos) {
    if (info.version != infos[0].version) other_version = &info;
    if (info.version != infos[0].version || info.registry_hash != infos[0].registry_hash)
      others.push_back(info.rank);
  }
  if (others.empty()) return;
  const std::string versions =
      other_version ? fmt::format(": one with Bask {}, not {}", other_version->version, infos[0].version)
                    : "";
  throw Error("start",
              fmt::format("{} ({}) {} another binary than rank 0 ({}){}", ranks_text(others),
                          hosts_text(hosts_of(infos, others)), others.size() == 1 ? "runs" : "run",
                          infos[0].host, versions),
              "start the same file on every host, from a shared directory or a fresh copy", ExitCode::kUsage);
}

std::string describe(const std::vector<RankInfo>& infos, const RankMap& map) {
  long threads = 0;
  for (const RankShare& share : map.shares) threads += share.threads;
  std::string text =
      fmt::format("{} on {} run{} tasks on {}", count_text(static_cast<long>(infos.size()), "rank"),
                  count_text(static_cast<long>(by_host(infos).size()), "host"), infos.size() == 1 ? "s" : "",
                  count_text(threads, "thread"));
  const std::vector<Line> lines = lines_of(infos, map);
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    const std::vector<std::string> hosts = hosts_of(infos, lines[i].ranks);
    text += fmt::format("\n{} on {}: {}", ranks_text(lines[i].ranks), hosts_text(hosts),
                        kind_text(lines[i].kind, hosts.size() > 1));
  }
  if (lines.size() > kMostLines) text += fmt::format("\nand {} more kinds", lines.size() - kMostLines);
  return text;
}

}  // namespace bask
