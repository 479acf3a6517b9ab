// rank_map.hpp: which rank is where, with which cores and memory, and what follows: threads and limits of
// each. Every rank tells its RankInfo at the start; then each decides the same by itself.
// Runs on: every rank. Threads: any; pure functions.
// Invariants: (1) the infos are of all ranks, in order: infos[i].rank == i.
#pragma once

#include <bask/core/archive.hpp>
#include <bask/core/key.hpp>
#include <bask/core/options.hpp>
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
  std::uint64_t memory_limit = 0;   ///< bytes, as memory_limit() or --bask-memory-limit say
  bool memory_is_given = false;     ///< by --bask-memory-limit: for this rank alone
  Key registry_hash = {};
  int wanted_threads = 0;    ///< 0: as many as there are cores for
  std::string version = {};  ///< kVersion
  int vector_loops = 0;      ///< strips::InstructionSet of the arrays' loops: the greatest that it has
  std::string blas = {};     ///< blas::name(): of the same name, the same bits
  std::string error = {};    ///< why this rank cannot start, such as a bad option; empty: it can

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& rank& host& cpus& machine_cores& memory_limit& memory_is_given;
    archive& registry_hash.high& registry_hash.low& wanted_threads& version& vector_loops& blas& error;
  }
  friend bool operator==(const RankInfo&, const RankInfo&) = default;
};

/// What one rank works with.
struct RankShare {
  int threads = 1;              ///< that run tasks; 0: rank 0, which then only plans and listens
  int cores = 1;                ///< in the masks of this rank and those whose masks overlap with it, together
  int sharers = 1;              ///< ranks with those masks, this one counted
  bool oversubscribed = false;  ///< their threads outnumber their cores: idle threads should sleep early
  std::uint64_t memory_limit = 0;
  /// Where ranks share cores and there are enough: the one for each thread of this rank, by OS number. Left
  /// alone, the system may keep two ranks that wait for each other on one core, as neither seems busy.
  std::vector<unsigned> cpus = {};
  friend bool operator==(const RankShare&, const RankShare&) = default;
};

struct RankMap {
  std::vector<RankShare> shares;      ///< by rank
  std::vector<std::string> warnings;  ///< whole sentences about all ranks, few even for many ranks
};

/// Threads: ranks of one host whose masks overlap share their cores: each has one thread for each of cores /
/// ranks, the last ones have one more while cores are left, and each at least one and at most as many as its
/// own mask has cores. `wanted_threads` wins, with a warning when it is more. Rank 0 works (kAuto) unless the
/// ranks it shares cores with outnumber them, or its share is one core and there are more than 8 ranks. When
/// it does not, the others of its share divide its cores too. Memory: each rank sees the limit of its host or
/// control group, so the ranks of one host divide the smallest that they see equally, rank 0 included, as it
/// takes in the results; a limit that is given is for each rank. Throws: Error (kUsage) when the only rank
/// must not work.
RankMap make_rank_map(const std::vector<RankInfo>& infos, Rank0 rank0);

/// The vector loops that all ranks have: each uses no greater ones, so that all make the same bits.
int common_vector_loops(const std::vector<RankInfo>& infos);

/// The names of the ranks' BLAS, each once, by the alphabet: "OpenBLAS 0.3.21 (Haswell), libblas.so.3".
std::string blas_of_job(const std::vector<RankInfo>& infos);

/// Throws: Error (kUsage) with the first rank's error, and names the rank unless all have the same.
void check_all_can_start(const std::vector<RankInfo>& infos);

/// Throws: Error (kUsage) naming the ranks and hosts whose registry or version is not that of rank 0.
void check_same_binary(const std::vector<RankInfo>& infos);

/// Ranks, hosts, cores, threads and memory, equal ranks and hosts together, without a newline at the end:
///     4 ranks on 1 host run tasks on 8 threads
///     ranks 0-3 on n1: 4 x 2 threads on 8 cores, 16 GiB each
std::string describe(const std::vector<RankInfo>& infos, const RankMap& map);

}  // namespace bask
