// rank_map.hpp: where the ranks are, with which cores and memory, and what follows: the threads and limits of
// each. Every rank tells all others its RankInfo at the start; then each computes the same map by itself.
// Runs on: every rank. Threads: any; pure functions.
// Invariants: (1) the infos are of all ranks, in order: infos[i].rank == i.
#pragma once

#include <bask/core/archive.hpp>
#include <bask/core/key.hpp>
#include <bask/core/options.hpp>
#include <bask/launch/memory_share.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bask {

struct RankInfo {
  int rank = 0;
  std::string host = {};
  std::vector<unsigned> cpus = {};  ///< CoreMask::cpus(): one per core of the affinity mask
  unsigned machine_cores = 0;       ///< CoreMask::machine_cores()
  MemoryFacts memory = {};
  Key registry_hash = {};
  int wanted_threads = 0;       ///< 0: as many as there are cores for
  std::string version = {};     ///< kVersion
  int vector_loops = 0;         ///< the greatest strips::InstructionSet that it has, for the arrays' loops
  std::string blas = {};        ///< blas::name(): equal names compute equal bits
  std::string error = {};       ///< why this rank cannot start, such as a bad option; empty: it can
  std::int64_t started_ns = 0;  ///< on the system's clock

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& rank& host& cpus& machine_cores& memory;
    archive& registry_hash.high& registry_hash
        .low& wanted_threads& version& vector_loops& blas& error& started_ns;
  }
  friend bool operator==(const RankInfo&, const RankInfo&) = default;
};

/// What one rank works with.
struct RankShare {
  int threads = 1;                 ///< that run tasks; 0: rank 0, which then only plans and listens
  int cores = 1;                   ///< in the masks of this rank and of the ranks whose masks overlap its own
  int ranks_sharing_cores = 1;     ///< how many ranks share these cores, this one counted
  bool oversubscribed = false;     ///< their threads outnumber the cores: idle threads should sleep early
  std::uint64_t memory_limit = 0;  ///< MemoryShare::limit
  std::uint64_t memory_margin = 0;  ///< MemoryShare::margin
  /// Where ranks share cores and there are enough: the core of each thread of this rank, by OS number.
  /// Otherwise the system might keep two ranks that wait for each other on one core: neither seems busy.
  std::vector<unsigned> cpus = {};
  friend bool operator==(const RankShare&, const RankShare&) = default;
};

struct RankMap {
  std::vector<RankShare> shares;      ///< by rank
  std::vector<std::string> warnings;  ///< whole sentences about all ranks, few even for many ranks
};

/// Decides what each rank works with.
/// Threads: ranks of one host whose masks overlap share their cores. Each has cores / ranks threads; the last
///   ranks have one more while cores are left; each has at least one, and at most as many as its own mask has
///   cores. `wanted_threads` wins, with a warning when it is more.
/// Rank 0: with kAuto it works unless the ranks that share its cores outnumber them, or its share is one core
///   and there are more than 8 ranks. When it does not work, the others that share its cores divide them.
/// Memory: share_memory() on each host; rank 0 has its part too, because it takes in the results.
/// Throws: Error (kUsage) when the only rank must not work.
RankMap make_rank_map(const std::vector<RankInfo>& infos, Rank0 rank0);

/// The greatest instruction set that all ranks have. No rank uses a greater one, so all make the same bits.
int common_vector_loops(const std::vector<RankInfo>& infos);

/// The names of the ranks' BLAS libraries, each once, sorted: "OpenBLAS 0.3.21 (Haswell), libblas.so.3".
std::string blas_of_job(const std::vector<RankInfo>& infos);

/// Throws: Error (kUsage) with the error of the first rank that has one; names the rank unless all have the
/// same error.
void check_all_can_start(const std::vector<RankInfo>& infos);

/// Throws: Error (kUsage) naming the ranks and hosts whose registry or version is not that of rank 0.
void check_same_binary(const std::vector<RankInfo>& infos);

/// Ranks, hosts, cores, threads and memory, equal ranks and hosts together, without a newline at the end:
///     4 ranks on 1 host run tasks on 8 threads
///     ranks 0-3 on n1: 4 x 2 threads on 8 cores, 14.3 GiB each, and 72 MiB for the program
std::string describe(const std::vector<RankInfo>& infos, const RankMap& map);

}  // namespace bask
