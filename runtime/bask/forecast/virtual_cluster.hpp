// virtual_cluster.hpp: ranks of a forecast, with their memory and the results that were persisted on them: it
// runs one computation of a program after the other, without running a task.
// Runs on: rank 0. Threads: one at a time.
// The units are placed, cut, ordered, admitted, spilled and sent by the code that does so in a job; only the
// clock, the kernels, the network and the disk are virtual. Units are not stolen from rank to rank.
#pragma once

#include <bask/core/memory_use.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/forecast/virtual_clock.hpp>
#include <bask/forecast/virtual_rank.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/placement.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// What one computation needs on a cluster.
struct RunForecast {
  std::int64_t makespan_ns = 0;
  std::uint64_t tasks = 0, units = 0;
  std::uint64_t results_moved = 0, bytes_moved = 0;  ///< between ranks
  std::vector<RankForecast> ranks = {};
  std::vector<MemoryUse> memory = {};  ///< by rank
};

class Splitter;

class VirtualCluster {
 public:
  VirtualCluster(std::vector<RankShape> ranks, const MachineSpeed& speed,
                 std::map<std::string, double> resources);
  VirtualCluster(const VirtualCluster&) = delete;
  VirtualCluster& operator=(const VirtualCluster&) = delete;
  ~VirtualCluster();

  /// What the computation of a program has in common on all clusters.
  struct Computation {
    Expansion& expansion;  ///< the ranks of constants are those of this cluster afterwards
    const Plan& plan;
    std::span<const float> task_ns;        ///< by task of the graph
    std::span<const std::uint64_t> holds;  ///< by target: the number under which it stays; empty: none stays
  };
  /// What is known of costs and sizes before the first run.
  void set_costs(CostModel costs) { costs_ = std::move(costs); }
  /// Throws: Error when it would be refused on this cluster, as it needs more memory than there is.
  RunForecast run(const Computation& computation);
  /// Of results that stay, those that these constants stand for, and no others, are on the ranks that they
  /// name.
  void set_kept(std::span<const Constant> constants);
  /// Nobody needs a result any more that has stayed.
  void drop(std::uint64_t held);

  const std::vector<RankShape>& shape() const { return shape_; }

 private:
  struct Kept {
    std::uint32_t rank;
    std::shared_ptr<Value> value;
  };
  VirtualRank::Part part_for(std::uint32_t rank, const Computation& computation, const Splitter& splitter,
                             std::uint64_t push_credit) const;
  std::vector<Repeats> repeats(const Computation& computation);
  void hand_out(const Computation& computation, Splitter& splitter, std::uint64_t push_credit,
                VirtualRun& run);
  RunForecast told_by(const VirtualRun& run) const;
  void keep(const Computation& computation, const Splitter& splitter, VirtualRun& run);
  void go_on(std::uint32_t rank);

  const std::vector<RankShape> shape_;
  const MachineSpeed speed_;
  const std::map<std::string, double> resources_;
  VirtualClock clock_;
  CostModel costs_;
  double remake_ns_ = 0;
  std::unordered_map<std::uint64_t, Kept> kept_;  // by number
  VirtualRun* run_ = nullptr;                     // the one that goes on; null: none does
  std::vector<std::shared_ptr<RankMemory>> memories_;
  std::vector<std::uint64_t> touched_;  // by rank: bytes of memory that it has used so far
};

}  // namespace bask
